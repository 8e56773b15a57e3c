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

/// Words within a block.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        if letter == '`'
            && let Some((code, more)) = after.split_once('`')
        {
            _ = write!(out, "<code>{}</code>", text_of(code));
            rest = more;
        } else if let Some(strong) = rest.strip_prefix("**")
            && let Some((words, more)) = strong.split_once("**")
        {
            _ = write!(out, "<strong>{}</strong>", inline_plain(words));
            rest = more;
        } else if letter == '*'
            && let Some((words, more)) = after.split_once('*')
            && !words.is_empty()
            && !words.starts_with(' ')
        {
            _ = write!(out, "<em>{}</em>", inline_plain(words));
            rest = more;
        } else if letter == '<'
            && let Some((url, more)) = after.split_once('>')
            && is_address(url)
        {
            _ = write!(out, "<a href=\"{0}\">{0}</a>", escaped(url));
            rest = more;
        } else if letter == '['
            && let Some((words, more)) = after.split_once("](")
            && let Some((url, more)) = more.split_once(')')
            && is_address(url)
        {
            _ = write!(out, "<a href=\"{}\">{}</a>", escaped(url), text_of(words));
            rest = more;
        } else if letter == '\\' && after.starts_with(|next: char| next.is_ascii_punctuation()) {
            let next = after.chars().next().unwrap_or_default();
            out.push_str(&escaped(&next.to_string()));
            rest = after.get(1..).unwrap_or_default();
        } else {
            out.push_str(&text_of(rest.get(..plain_length(rest)).unwrap_or_default()));
            rest = rest.get(plain_length(rest)..).unwrap_or_default();
        }
    }
    out
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

fn is_address(url: &str) -> bool {
    ["https://", "http://"].iter().any(|front| url.starts_with(front))
        && !url.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::{coded, html};

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
    }

    #[test]
    fn what_anybody_wrote_is_text_and_code() {
        assert_eq!(coded("see `a<b` & *c*"), "see <code>a&lt;b</code> &amp; *c*");
        assert_eq!(coded("[x](https://y) ` alone"), "[x](https://y) ` alone");
        assert_eq!(coded("`a` and `b` and `"), "<code>a</code> and <code>b</code> and `");
    }
}
