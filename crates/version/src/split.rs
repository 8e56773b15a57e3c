//! Divides a text at known separators, where that can be done in one way only.

/// How often a separator may occur, so that the number of ways to try stays small.
pub(crate) const MOST: usize = 16;

/// What came of dividing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Split<T> {
    /// The one way to divide it.
    Unique(Vec<T>),
    /// There are several.
    Ambiguous,
    /// There are more occurrences of a separator than are tried.
    TooMany,
    /// A separator is not there.
    Missing { position: usize, literal: String },
    /// The separators are there, but what is between them does not fit.
    NoFit,
}

/// Divides `text` at `literals` (before, between and after the pieces) so that every piece is read.
///
/// `read` is asked with the number of the piece, where it starts, and its text; once at most for the same piece.
pub(crate) fn unique<T: Clone>(
    text: &str,
    literals: &[String],
    read: impl FnMut(usize, usize, &str) -> Option<T>,
) -> Split<T> {
    let [before, between @ .., after] = literals else {
        return Split::NoFit;
    };
    let missing = |position, literal: &str| Split::Missing { position, literal: literal.into() };
    if !text.starts_with(before.as_str()) {
        return missing(0, before);
    }
    if !text.ends_with(after.as_str()) {
        return missing(text.len(), after);
    }
    let (start, end) = (before.len(), text.len() - after.len());
    if end < start {
        return missing(end, after);
    }
    let mut cuts = Vec::new();
    for literal in between {
        let found = occurrences(&text[..end], start, literal);
        match found.len() {
            0 => return missing(end, literal),
            count if count > MOST => return Split::TooMany,
            _ => cuts.push(found),
        }
    }
    let mut search = Search { text, end, between, cuts: &cuts, read, known: Vec::new() };
    let mut ways = Vec::new();
    search.go(0, start, &mut Vec::new(), &mut ways);
    match (ways.pop(), ways.is_empty()) {
        (Some(only), true) => Split::Unique(only),
        (Some(_), false) => Split::Ambiguous,
        (None, _) => Split::NoFit,
    }
}

/// Where `literal` begins, overlapping ones included, up to one more than [`MOST`].
fn occurrences(text: &str, start: usize, literal: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = start;
    while found.len() <= MOST
        && let Some(offset) = text.get(from..).and_then(|rest| rest.find(literal))
    {
        let position = from + offset;
        found.push(position);
        from = position + text[position..].chars().next().map_or(1, char::len_utf8);
    }
    found
}

struct Search<'text, T, F> {
    text: &'text str,
    end: usize,
    between: &'text [String],
    cuts: &'text [Vec<usize>],
    read: F,
    /// Pieces read before, by number, start and end.
    known: Vec<((usize, usize, usize), Option<T>)>,
}

impl<T: Clone, F: FnMut(usize, usize, &str) -> Option<T>> Search<'_, T, F> {
    fn go(&mut self, index: usize, start: usize, done: &mut Vec<T>, ways: &mut Vec<Vec<T>>) {
        let ends: Vec<(usize, usize)> = match self.cuts.get(index) {
            Some(cuts) => {
                let width = self.between[index].len();
                let after = cuts.iter().filter(|cut| **cut >= start);
                after.map(|cut| (*cut, cut + width)).collect()
            }
            None => vec![(self.end, self.end)],
        };
        for (end, next) in ends {
            if ways.len() > 1 || next > self.end {
                return;
            }
            let Some(piece) = self.piece(index, start, end) else { continue };
            done.push(piece);
            if index == self.cuts.len() {
                ways.push(done.clone());
            } else {
                self.go(index + 1, next, done, ways);
            }
            done.pop();
        }
    }

    fn piece(&mut self, index: usize, start: usize, end: usize) -> Option<T> {
        let place = (index, start, end);
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == place) {
            return known.clone();
        }
        let read = (self.read)(index, start, &self.text[start..end]);
        self.known.push((place, read.clone()));
        read
    }
}
