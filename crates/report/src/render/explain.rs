//! What a code means, for terminals.

use crate::{
    Code,
    render::{
        TextOptions,
        layout::{BOLD, CODE, Paint, severity_style, wrap},
    },
};

/// Renders what is known about a code: its name, its summary, and the explanation with its example.
pub fn explain(code: Code, options: &TextOptions) -> String {
    let info = code.info();
    let paint = Paint { colour: options.colour };
    let severity = paint.with(severity_style(info.severity), info.severity.as_str());
    let head = paint.with(BOLD, &format!("{} {}", info.code, info.name));
    let mut reader = Reader {
        options,
        paint,
        output: format!("{head} ({severity})\n\n"),
        paragraph: Vec::new(),
    };
    reader.paragraph(info.summary);
    reader.document(info.explanation);
    reader.output
}

/// Turns the Markdown of explanations into text: headings, paragraphs, lists, code.
struct Reader<'a> {
    options: &'a TextOptions,
    paint: Paint,
    output: String,
    paragraph: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn document(&mut self, markdown: &'a str) {
        let mut lines = markdown.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("```") {
                self.end_paragraph();
                self.code(lines.by_ref().take_while(|line| !line.starts_with("```")));
            } else if let Some(title) = line.strip_prefix('#') {
                self.end_paragraph();
                self.heading(title.trim_start_matches('#').trim());
            } else if line.trim().is_empty() {
                self.end_paragraph();
            } else {
                if line.starts_with("- ") {
                    self.end_paragraph();
                }
                self.paragraph.push(line.trim());
            }
        }
        self.end_paragraph();
    }

    fn code(&mut self, lines: impl Iterator<Item = &'a str>) {
        self.separate();
        for line in lines {
            let line = if line.is_empty() { String::new() } else { format!("    {line}") };
            self.output.push_str(&line);
            self.output.push('\n');
        }
    }

    fn heading(&mut self, title: &str) {
        self.separate();
        let title = self.paint.with(BOLD, title);
        self.output.push_str(&title);
        self.output.push('\n');
    }

    fn end_paragraph(&mut self) {
        if !self.paragraph.is_empty() {
            let text = std::mem::take(&mut self.paragraph).join(" ");
            self.paragraph(&text);
        }
    }

    fn paragraph(&mut self, text: &str) {
        let is_item = text.starts_with("- ");
        let margin = if is_item { 2 } else { 0 };
        self.separate();
        let lines =
            wrap(text, 0, margin, self.options.width).join(&format!("\n{}", " ".repeat(margin)));
        let lines = self.code_spans(&lines);
        self.output.push_str(&lines);
        self.output.push('\n');
    }

    /// An empty line between parts.
    fn separate(&mut self) {
        if !self.output.ends_with("\n\n") {
            self.output.push('\n');
        }
    }

    /// With colours, code spans are coloured and lose their backticks; colours end with the line.
    fn code_spans(&self, text: &str) -> String {
        if !self.options.colour {
            return text.to_owned();
        }
        let pieces = text.split('`').enumerate().map(|(index, piece)| {
            let lines = piece.split('\n').map(|line| match index % 2 {
                1 => self.paint.with(CODE, line),
                _ => line.to_owned(),
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        pieces.collect()
    }
}
