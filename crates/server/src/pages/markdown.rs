//! The Markdown that our own pages are written in, as HTML: headings, paragraphs, lists, tables, code, emphasis and links.
//!
//! Everything that is not one of these is text, and text is escaped: what others wrote into a policy cannot become markup.

use std::fmt::Write as _;

use super::component::escaped;

/// A page of Markdown as HTML. `level` is added to each heading's.
pub(super) fn html(text: &str, level: usize) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        let hashes = trimmed.chars().take_while(|letter| *letter == '#').count();
        if (1..=6).contains(&hashes) && trimmed.get(hashes..).is_some_and(|it| it.starts_with(' '))
        {
            let rank = (hashes + level).min(6);
            let words = inline(trimmed.get(hashes..).unwrap_or_default().trim());
            _ = writeln!(out, "<h{rank}>{words}</h{rank}>");
        } else if trimmed.starts_with("```") {
            out.push_str("<pre><code>");
            for code in lines.by_ref().take_while(|code| !code.trim_start().starts_with("```")) {
                _ = writeln!(out, "{}", escaped(code));
            }
            out.push_str("</code></pre>\n");
        } else if trimmed.starts_with('|') {
            let mut rows = vec![trimmed];
            while let Some(row) = lines.next_if(|row| row.trim().starts_with('|')) {
                rows.push(row.trim());
            }
            table(&mut out, &rows);
        } else if item(trimmed).is_some() {
            let mut items = vec![item(trimmed).unwrap_or_default().to_owned()];
            while let Some(next) =
                lines.next_if(|next| !next.trim().is_empty() && !next.trim().starts_with('#'))
            {
                match (item(next.trim()), items.last_mut()) {
                    (Some(words), _) => items.push(words.to_owned()),
                    (None, Some(last)) => {
                        last.push(' ');
                        last.push_str(next.trim());
                    }
                    (None, None) => {}
                }
            }
            out.push_str("<ul>");
            for words in items {
                _ = write!(out, "<li>{}</li>", inline(&words));
            }
            out.push_str("</ul>\n");
        } else {
            let mut words = trimmed.to_owned();
            let goes_on = |next: &&str| {
                let next = next.trim();
                !next.is_empty() && !next.starts_with(['#', '|']) && item(next).is_none()
            };
            while let Some(next) = lines.next_if(goes_on) {
                words.push(' ');
                words.push_str(next.trim());
            }
            _ = writeln!(out, "<p>{}</p>", inline(&words));
        }
    }
    out
}

fn item(line: &str) -> Option<&str> {
    let marked = ["- ", "* "].iter().find_map(|mark| line.strip_prefix(mark));
    marked.or_else(|| {
        let (number, rest) = line.split_once(". ")?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(rest)
    })
}

fn table(out: &mut String, rows: &[&str]) {
    let cells = |row: &str| -> Vec<String> {
        let inner = row.trim_start_matches('|').trim_end_matches('|');
        // A bar after a backslash is no border.
        let mut cells = vec![String::new()];
        let mut letters = inner.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' if letters.peek() == Some(&'|') => {
                    if let Some(cell) = cells.last_mut() {
                        cell.push('|');
                    }
                    letters.next();
                }
                '|' => cells.push(String::new()),
                letter => {
                    if let Some(cell) = cells.last_mut() {
                        cell.push(letter);
                    }
                }
            }
        }
        cells
    };
    out.push_str(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>",
    );
    for (place, row) in rows.iter().enumerate() {
        let is_rule = row.bytes().all(|byte| b"|-: ".contains(&byte));
        if is_rule {
            continue;
        }
        let (tag, scope) = if place == 0 { ("th", " scope=\"col\"") } else { ("td", "") };
        out.push_str("<tr>");
        for cell in cells(row) {
            _ = write!(out, "<{tag}{scope}>{}</{tag}>", inline(cell.trim()));
        }
        out.push_str("</tr>");
    }
    out.push_str("</table></div>\n");
}

/// A sentence that anybody wrote: what stands between backquotes is code, and all else is text. *Cost*: linear.
pub(super) fn coded(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // The last backquote of an odd number stands for itself.
    let pairs = (parts.len() - 1) / 2 * 2;
    let mut out = String::with_capacity(text.len() + 32);
    for (place, part) in parts.iter().enumerate() {
        if place > pairs {
            out.push('`');
        }
        if place < pairs && place % 2 == 1 {
            _ = write!(out, "<code>{}</code>", escaped(part));
        } else {
            out.push_str(&escaped(part));
        }
    }
    out
}

/// Words within a block. *Cost*: linear.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut ends = Ends::default();
    // From where on there is text that is not written yet, and how far it is known to be no more than that.
    let (mut plain, mut place) = (0, 0);
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        let mut mark = String::new();
        if let Some(next) = marked(text, place, &mut ends, &mut mark) {
            out.push_str(&text_of(text.get(plain..place).unwrap_or_default()));
            out.push_str(&mark);
            (plain, place) = (next, next);
        } else {
            place += plain_length(rest);
        }
    }
    out.push_str(&text_of(text.get(plain..).unwrap_or_default()));
    out
}

/// Where marks end that are looked for, each from places that only go forward.
#[derive(Default)]
struct Ends {
    code: Next,
    strong: Next,
    emphasis: Next,
    address: Next,
    address_blank: Next,
    words: Next,
    link: Next,
    link_blank: Next,
}

/// The next place of something. As nothing is looked at twice, asking for a whole text costs as much as the text is long.
#[derive(Default)]
struct Next {
    /// The place that was found last, and that there is none after it.
    found: Option<usize>,
    is_over: bool,
}

impl Next {
    /// The first place from `from` on; `from` never goes back.
    fn after(
        &mut self,
        text: &str,
        from: usize,
        find: impl Fn(&str) -> Option<usize>,
    ) -> Option<usize> {
        if self.is_over || self.found.is_some_and(|found| found >= from) {
            return self.found.filter(|found| *found >= from);
        }
        self.found = text.get(from..).and_then(find).map(|found| from + found);
        self.is_over = self.found.is_none();
        self.found
    }
}

/// Writes what is marked at a place, and returns where it ends; `None` where nothing is.
fn marked(text: &str, place: usize, ends: &mut Ends, out: &mut String) -> Option<usize> {
    let letter = text.as_bytes().get(place)?;
    let after = place + 1;
    match letter {
        b'`' => {
            let end = ends.code.after(text, after, |rest| rest.find('`'))?;
            _ = write!(out, "<code>{}</code>", text_of(text.get(after..end)?));
            Some(end + 1)
        }
        b'*' => {
            if text.get(after..)?.starts_with('*')
                && let Some(end) = ends.strong.after(text, after + 1, |rest| rest.find("**"))
            {
                _ = write!(out, "<strong>{}</strong>", inline_plain(text.get(after + 1..end)?));
                return Some(end + 2);
            }
            let end = ends.emphasis.after(text, after, |rest| rest.find('*'))?;
            let words = text.get(after..end)?;
            if words.is_empty() || words.starts_with(' ') {
                return None;
            }
            _ = write!(out, "<em>{}</em>", inline_plain(words));
            Some(end + 1)
        }
        b'<' => {
            let end = ends.address.after(text, after, |rest| rest.find('>'))?;
            let url = address(text, (after, end), &mut ends.address_blank)?;
            _ = write!(out, "<a href=\"{0}\">{0}</a>", escaped(url));
            Some(end + 1)
        }
        b'[' => {
            let middle = ends.words.after(text, after, |rest| rest.find("]("))?;
            let end = ends.link.after(text, middle + 2, |rest| rest.find(')'))?;
            let url = address(text, (middle + 2, end), &mut ends.link_blank)?;
            let words = text_of(text.get(after..middle)?);
            _ = write!(out, "<a href=\"{}\">{words}</a>", escaped(url));
            Some(end + 1)
        }
        b'\\' => {
            let next = text.get(after..)?.chars().next().filter(char::is_ascii_punctuation)?;
            out.push_str(&escaped(next.encode_utf8(&mut [0; 4])));
            Some(after + 1)
        }
        _ => None,
    }
}

/// What stands between two places, if it is an address.
fn address<'a>(text: &'a str, (from, to): (usize, usize), blank: &mut Next) -> Option<&'a str> {
    let url = text.get(from..to)?;
    if !["https://", "http://"].iter().any(|front| url.starts_with(front)) {
        return None;
    }
    let blank = blank.after(text, from, |rest| rest.find(char::is_whitespace));
    blank.is_none_or(|blank| blank >= to).then_some(url)
}

/// Markdown that others wrote, without its links: nobody leads elsewhere in the registry's name.
pub(super) fn unlinked(text: &str) -> String {
    text.replace('<', "&lt;").replace("](", "]\\(")
}

/// What stands within emphasis: code and text.
fn inline_plain(text: &str) -> String {
    text_of(&text.replace('`', ""))
}

/// How far text goes until something may begin; at least one letter.
fn plain_length(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let rest = text.get(first..).unwrap_or_default();
    first + rest.find(['`', '*', '<', '[', '\\']).unwrap_or(rest.len())
}

/// Text; what was written as an entity stays the letter that it means.
fn text_of(text: &str) -> String {
    escaped(&text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{coded, html, inline, unlinked};

    #[test]
    fn our_markdown_becomes_html() {
        assert_eq!(
            html("# A `b`\n\nOne\ntwo **three**.", 1),
            "<h2>A <code>b</code></h2>\n<p>One two <strong>three</strong>.</p>\n"
        );
        assert_eq!(html("- a\n- b", 0), "<ul><li>a</li><li>b</li></ul>\n");
        assert!(
            html("| a | b \\| c |\n|---|---|\n| 1 | 2 |", 0)
                .contains("<th scope=\"col\">b | c</th>")
        );
        assert_eq!(
            html("See <https://a.example/x>.", 0),
            "<p>See <a href=\"https://a.example/x\">https://a.example/x</a>.</p>\n"
        );
    }

    #[test]
    fn what_others_wrote_is_no_markup() {
        let page =
            html("a <script>alert(1)</script> [x](javascript:alert(1)) &lt;b> `</code><i>`", 0);
        assert!(
            !page.contains("<script") && !page.contains("<i>") && !page.contains("<b>"),
            "{page}"
        );
        assert!(!page.contains("href"), "{page}");
        let led = "[Sign in](https://evil.example) <https://evil.example> `a[0](b)`";
        assert_eq!(
            inline(&unlinked(led)),
            "[Sign in](https://evil.example) &lt;https://evil.example&gt; <code>a[0]\\(b)</code>"
        );
    }

    #[test]
    fn marks_end_where_they_should() {
        let link = "<a href=\"https://a.example\">b</a>";
        for (text, expect) in [
            ("[b](https://a.example)", link),
            ("[[b](https://a.example)", "<a href=\"https://a.example\">[b</a>"),
            ("[x] [b](https://a.example)", "<a href=\"https://a.example\">x] [b</a>"),
            ("[b](https://a .example)", "[b](https://a .example)"),
            ("<b <https://a.example>", "&lt;b <a href=\"https://a.example\">https://a.example</a>"),
            ("***a***", "<strong>*a</strong>*"),
            ("* a * *b*", "* a * <em>b</em>"),
            ("**a", "**a"),
            ("a ` b", "a ` b"),
            ("\\`a\\` \\é \\", "`a` \\é \\"),
            ("größe `ß` *ü*", "größe <code>ß</code> <em>ü</em>"),
        ] {
            assert_eq!(inline(text), expect, "{text}");
        }
    }

    #[test]
    fn time_is_linear_in_what_anybody_wrote() {
        let parts =
            ["[", "`", "*", "**", "<", "\\", "](", "[](", "<http://", "[](http://a", "* ", "*a **"];
        for part in parts {
            for tail in ["", "](https://a b) > ` **", "](x"] {
                let text = part.repeat(600_000 / part.len()) + tail;
                let begun = Instant::now();
                inline(&text);
                assert!(begun.elapsed() < Duration::from_secs(2), "{part}{tail}");
            }
        }
    }

    #[test]
    fn what_anybody_wrote_is_text_and_code() {
        assert_eq!(coded("see `a<b` & *c*"), "see <code>a&lt;b</code> &amp; *c*");
        assert_eq!(coded("[x](https://y) ` alone"), "[x](https://y) ` alone");
        assert_eq!(coded("`a` and `b` and `"), "<code>a</code> and <code>b</code> and `");
    }
}
