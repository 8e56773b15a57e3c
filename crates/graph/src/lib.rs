#![doc = include_str!("../README.md")]

mod dot;
mod layers;
mod layout;
mod svg;
mod text;

pub use self::{
    dot::dot,
    layout::{Layout, Point, layout},
    svg::svg,
    text::text,
};

/// What is to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagram {
    /// What it shows, in a few words.
    pub title: String,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The lines; those that name a node that is not there are left out.
    pub lines: Vec<Line>,
}

/// A box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// What stands in it.
    pub label: String,
    /// More words, shown where there is room for them.
    pub note: String,
    /// What it is.
    pub kind: Kind,
}

/// What a node is; pictures colour it so, and texts say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Nothing special.
    #[default]
    Plain,
    /// Where things end.
    Head,
    /// What is still to come.
    Pending,
    /// What is lost, or blocked.
    Bad,
    /// What asks for a look.
    Odd,
}

impl Kind {
    /// The word for it; empty for a plain node.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Head => "head",
            Self::Pending => "pending",
            Self::Bad => "bad",
            Self::Odd => "odd",
        }
    }
}

/// A line from what comes first to what follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Index of the node that comes first.
    pub from: usize,
    /// Index of the node that follows it.
    pub to: usize,
    /// Whether it is drawn with gaps.
    pub is_dashed: bool,
    /// Words about it.
    pub note: String,
}

impl Diagram {
    /// The lines between nodes that are there, and not from a node to itself.
    pub(crate) fn real_lines(&self) -> impl Iterator<Item = &Line> {
        let count = self.nodes.len();
        let is_real =
            move |line: &&Line| line.from < count && line.to < count && line.from != line.to;
        self.lines.iter().filter(is_real)
    }
}
