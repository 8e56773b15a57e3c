//! The page of all kinds of findings.

use std::fmt::Write;

use trainyard_report::Code;

/// A table of all codes, then each code's own text.
pub(super) fn page() -> String {
    let mut page = "# Findings\n\nEvery kind of finding has a code that never changes its meaning.\n\
                    `trainyard explain CODE` prints what stands here, and `[rules.lint]` in a policy changes a severity or turns a \
                    finding off.\n\n| code | name | severity | |\n|---|---|---|---|\n"
        .to_owned();
    for code in Code::all() {
        let info = code.info();
        let anchor = info.code.to_ascii_lowercase();
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| [{}](#{anchor}) | `{}` | {} | {} |",
            info.code, info.name, info.severity, info.summary
        );
    }
    for code in Code::all() {
        let info = code.info();
        let text = demoted(info.explanation);
        let _ = write!(
            page,
            "\n## {}\n\n`{}`, {}. {}\n\n{}\n",
            info.code,
            info.name,
            info.severity,
            info.summary,
            text.trim()
        );
    }
    page
}

/// Headings one level deeper, so that they stand below the code's own.
fn demoted(text: &str) -> String {
    let mut in_code = false;
    let mut demoted = String::new();
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        if line.starts_with('#') && !in_code {
            demoted.push('#');
        }
        demoted.push_str(line);
        demoted.push('\n');
    }
    demoted
}
