//! Pictures for browsers.

use std::fmt::Write;

use crate::{
    Diagram, Kind,
    layout::{BOX_HEIGHT, Layout, Point, drawn_label, layout},
    text,
};

/// Colours for light and dark pages. Kinds are told apart by their border as well, for whoever sees no colours.
const STYLE: &str = "\
svg{font:13px ui-monospace,monospace;color-scheme:light dark}\
.n rect{fill:#fff;stroke:#57606a}.n text{fill:#1f2328;text-anchor:middle;dominant-baseline:central}\
.l{fill:none;stroke:#8c959f;stroke-width:1.5}.l.dashed{stroke-dasharray:5 4}\
@media(prefers-color-scheme:dark){.n rect{fill:#0d1117;stroke:#8b949e}.n text{fill:#e6edf3}.l{stroke:#6e7681}}\
.n.head rect{stroke:#1a7f37;stroke-width:3}.n.pending rect{stroke:#0969da;stroke-width:2}\
.n.bad rect{stroke:#cf222e;stroke-width:3;stroke-dasharray:6 3}.n.odd rect{stroke:#9a6700;stroke-dasharray:2 2}";

/// Draws a diagram: what follows stands below. The picture's description is its text.
pub fn svg(diagram: &Diagram) -> String {
    let layout = layout(diagram);
    let mut picture = String::new();
    let Layout { width, height, .. } = layout;
    // Writing to a string cannot fail.
    _ = writeln!(
        picture,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"title desc\">"
    );
    _ = writeln!(picture, "<title id=\"title\">{}</title>", escaped(&diagram.title));
    _ = writeln!(picture, "<desc id=\"desc\">{}</desc>", escaped(text(diagram).trim_end()));
    _ = writeln!(picture, "<style>{STYLE}</style>");
    for (line, route) in diagram.real_lines().zip(&layout.routes) {
        let class = if line.is_dashed { "l dashed" } else { "l" };
        let note = match line.note.as_str() {
            "" => String::new(),
            note => format!("<title>{}</title>", escaped(note)),
        };
        _ = writeln!(picture, "<path class=\"{class}\" d=\"{}\">{note}</path>", path(route));
    }
    for ((node, centre), width) in diagram.nodes.iter().zip(&layout.centres).zip(&layout.widths) {
        let class = match node.kind {
            Kind::Plain => "n".to_owned(),
            kind => format!("n {}", kind.as_str()),
        };
        let (x, y) = (centre.x - width / 2, centre.y - BOX_HEIGHT / 2);
        let words: Vec<&str> = [node.label.as_str(), node.kind.as_str(), node.note.as_str()]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        _ = writeln!(
            picture,
            "<g class=\"{class}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
             height=\"{BOX_HEIGHT}\" rx=\"5\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
            escaped(&words.join(": ")),
            centre.x,
            centre.y,
            escaped(&drawn_label(&node.label)),
        );
    }
    picture.push_str("</svg>\n");
    picture
}

/// A smooth line through points that lie below each other, from box to box.
fn path(route: &[Point]) -> String {
    let mut path = String::new();
    let mut last: Option<Point> = None;
    for (place, point) in route.iter().enumerate() {
        let is_end = place + 1 == route.len();
        let y = match (place, is_end) {
            (0, _) => point.y + BOX_HEIGHT / 2,
            (_, true) => point.y - BOX_HEIGHT / 2,
            _ => point.y,
        };
        let point = Point { x: point.x, y };
        match last {
            None => _ = write!(path, "M{} {}", point.x, point.y),
            Some(last) if last.x == point.x => _ = write!(path, "V{}", point.y),
            Some(last) => {
                let middle = i64::midpoint(last.y, point.y);
                _ = write!(
                    path,
                    "C{} {middle} {} {middle} {} {}",
                    last.x, point.x, point.x, point.y
                );
            }
        }
        last = Some(point);
    }
    path
}

/// Text that must not become markup. Letters that XML does not know are replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push('\n'),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}
