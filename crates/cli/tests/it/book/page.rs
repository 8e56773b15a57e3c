//! Reads a page's session, and puts what was printed into the page.

use std::fmt::Write;

/// A page and what it does.
#[derive(Debug)]
pub(super) struct Page<'t> {
    lines: Vec<&'t str>,
    pub(super) steps: Vec<Step<'t>>,
}

/// One thing that a page does, in the order of the page.
#[derive(Debug)]
pub(super) enum Step<'t> {
    /// A file is written.
    Write { path: &'t str, text: String },
    /// A script that readers do not see is run; it must end well.
    Hidden { line: usize, script: String },
    /// A command is run.
    Run(Shown<'t>),
}

/// A command with what it shall print.
#[derive(Debug)]
pub(super) struct Shown<'t> {
    /// The line of its `$`, from 1.
    line: usize,
    pub(super) command: String,
    /// The first line of what it prints, as an index.
    begin: usize,
    expected: Vec<&'t str>,
    exit: i32,
    /// It is a server, which goes on while the page does.
    pub(super) serves: bool,
}

/// What a step printed, and how it ended.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) text: String,
    pub(super) exit: i32,
}

/// What is not as the page says.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) text: String,
    /// It is about how a command ended, which no update mends.
    pub(super) is_exit: bool,
}

impl<'t> Page<'t> {
    /// The error begins with the number of the line.
    pub(super) fn read(text: &'t str) -> Result<Self, String> {
        let lines: Vec<_> = text.lines().collect();
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let end = if let Some(info) = line.strip_prefix("```") {
                let end = find(&lines, at + 1, "```")
                    .ok_or_else(|| format!("{}: the block has no end", at + 1))?;
                block(info, at + 1, &lines[at + 1..end], &mut steps)?;
                end
            } else if *line == "<!-- run" {
                let end = find(&lines, at + 1, "-->")
                    .ok_or_else(|| format!("{}: the comment has no end", at + 1))?;
                steps.push(Step::Hidden { line: at + 1, script: lines[at + 1..end].join("\n") });
                end
            } else {
                at
            };
            at = end + 1;
        }
        Ok(Self { lines, steps })
    }

    /// Everything that is not as the page says.
    pub(super) fn complaints(&self, printed: &[Printed]) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        for (step, printed) in self.steps.iter().zip(printed) {
            let (line, exit) = match step {
                Step::Write { .. } => continue,
                Step::Hidden { line, .. } => (*line, 0),
                Step::Run(shown) => (shown.line, shown.exit),
            };
            if printed.exit != exit {
                let Printed { text, exit: code } = printed;
                complaints.push(Complaint {
                    text: format!("{line}: exit code {code}, not {exit}\n{text}"),
                    is_exit: true,
                });
            }
            if let Step::Run(shown) = step
                && !is_like(&shown.expected, &lines_of(&printed.text))
            {
                let Shown { command, expected, .. } = shown;
                let expected = expected.join("\n");
                complaints.push(Complaint {
                    text: format!(
                        "{line}: {command}\n--- shown\n{expected}\n--- printed\n{}",
                        printed.text
                    ),
                    is_exit: false,
                });
            }
        }
        complaints
    }

    /// The page with what was printed.
    pub(super) fn updated(&self, printed: &[Printed]) -> String {
        let mut text = String::new();
        let mut at = 0;
        for (step, printed) in self.steps.iter().zip(printed) {
            let Step::Run(shown) = step else { continue };
            let is_right = is_like(&shown.expected, &lines_of(&printed.text));
            push(&self.lines[at..shown.begin], &mut text);
            at = shown.begin + shown.expected.len();
            if is_right {
                push(&shown.expected, &mut text);
            } else {
                push(&lines_of(&printed.text), &mut text);
            }
        }
        push(&self.lines[at..], &mut text);
        text
    }
}

fn push(lines: &[&str], text: &mut String) {
    for line in lines {
        writeln!(text, "{line}").unwrap();
    }
}

fn find(lines: &[&str], from: usize, wanted: &str) -> Option<usize> {
    (from..lines.len()).find(|&index| lines[index] == wanted)
}

/// The steps of a block whose first line has this index.
fn block<'t>(
    info: &'t str,
    first: usize,
    lines: &[&'t str],
    steps: &mut Vec<Step<'t>>,
) -> Result<(), String> {
    let word = |key: &str| info.split(' ').find_map(|word| word.strip_prefix(key));
    if let Some(path) = word("file=") {
        steps.push(Step::Write { path, text: lines.join("\n") + "\n" });
        return Ok(());
    }
    if info.split(' ').next() != Some("console") {
        return Ok(());
    }
    let begin = steps.len();
    for (index, line) in lines.iter().enumerate() {
        let number = first + index + 1;
        if let Some(command) = line.strip_prefix("$ ") {
            let command = command.to_owned();
            let begin = first + index + 1;
            steps.push(Step::Run(Shown {
                line: number,
                command,
                begin,
                expected: vec![],
                exit: 0,
                serves: false,
            }));
            continue;
        }
        let Some(Step::Run(shown)) = steps[begin..].last_mut() else {
            return Err(format!("{number}: something is printed before the first command"));
        };
        match line.strip_prefix("> ") {
            Some(more) if shown.expected.is_empty() => {
                shown.command = format!("{}\n{more}", shown.command);
                shown.begin += 1;
            }
            _ => shown.expected.push(line),
        }
    }
    if let (Some(exit), Some(Step::Run(shown))) = (word("exit="), steps.last_mut()) {
        shown.exit = exit.parse().map_err(|_| format!("{first}: `{exit}` is no exit code"))?;
    }
    if let (true, Some(Step::Run(shown))) =
        (info.split(' ').any(|it| it == "serve"), steps.last_mut())
    {
        shown.serves = true;
    }
    Ok(())
}

/// Lines without the blanks at their ends, which pages do not have.
fn lines_of(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).collect()
}

/// Whether lines are as they are expected, where `...` stands for any.
fn is_like(expected: &[&str], lines: &[&str]) -> bool {
    let (mut wanted, mut at) = (0, 0);
    // The last `...` with where what it stands for ends so far.
    let mut open: Option<(usize, usize)> = None;
    while at < lines.len() {
        match expected.get(wanted) {
            Some(&"...") => {
                open = Some((wanted, at));
                wanted += 1;
            }
            Some(line) if *line == lines[at] => {
                wanted += 1;
                at += 1;
            }
            _ => {
                let Some((dots, end)) = open else { return false };
                open = Some((dots, end + 1));
                wanted = dots + 1;
                at = end + 1;
            }
        }
    }
    expected[wanted..].iter().all(|line| *line == "...")
}

#[test]
fn dots_stand_for_any_lines() {
    assert!(is_like(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(is_like(&["...", "d", "..."], &["d"]));
    assert!(is_like(&["...", "b", "c"], &["b", "b", "c"]));
    assert!(!is_like(&["...", "b"], &["b", "c"]));
    assert!(!is_like(&["a"], &["a", "b"]) && !is_like(&["a", "b"], &["a"]));
}

#[test]
fn pages_are_read_and_updated() {
    let text = "# A\n```toml file=a/b\nx = 1\n```\n<!-- run\nfalse\n-->\n```console exit=1\n$ one \\\n>   two\nold\n$ three\n...\n```\nend\n";
    let page = Page::read(text).unwrap();
    let [
        Step::Write { path: "a/b", text: written },
        Step::Hidden { .. },
        Step::Run(one),
        Step::Run(_),
    ] = &page.steps[..]
    else {
        panic!("{page:?}")
    };
    assert_eq!((written.as_str(), one.command.as_str()), ("x = 1\n", "one \\\n  two"));
    let says = |text: &str, exit| Printed { text: text.to_owned(), exit };
    let printed = [says("", 0), says("", 1), says("new \n", 0), says("whatever\n", 1)];
    let complaints = page.complaints(&printed);
    assert_eq!(complaints.iter().filter(|one| one.is_exit).count(), 1, "{complaints:?}");
    assert_eq!(page.updated(&printed), text.replace("old", "new"));
    assert!(Page::read("```console\nno command\n```\n").unwrap_err().starts_with("2:"));
}
