//! Addresses of resources.

use std::fmt::Write as _;

/// The path of a resource under `/api/v1`, made of parts that may hold any letter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    path: String,
    has_question: bool,
}

impl Place {
    /// A path of these parts.
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut place = Self::default();
        for part in parts {
            if !place.path.is_empty() {
                place.path.push('/');
            }
            encode(part, &mut place.path);
        }
        place
    }

    /// With something that is asked.
    pub(crate) fn asking(mut self, name: &str, value: &str) -> Self {
        self.path.push(if self.has_question { '&' } else { '?' });
        self.has_question = true;
        encode(name, &mut self.path);
        self.path.push('=');
        encode(value, &mut self.path);
        self
    }

    /// With something that is asked, where it is told.
    pub(crate) fn asking_if(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.asking(name, value),
            None => self,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.path
    }
}

/// Writes a text so that it is one part of a path, or a value of a query (RFC 3986).
fn encode(text: &str, into: &mut String) {
    // A part of dots alone would be taken for a step up.
    let is_step = text == "." || text == "..";
    for byte in text.bytes() {
        match byte {
            b'.' if is_step => into.push_str("%2E"),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                into.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            _ => _ = write!(into, "%{byte:02X}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn parts_and_questions_keep_their_letters() {
        let place = Place::of(&["products", "a/b", "..", "1.0.0+é"])
            .asking("from", "a&b=c")
            .asking_if("to", None)
            .asking_if("via", Some("x"));
        let expect = "products/a%2Fb/%2E%2E/1.0.0%2B%C3%A9?from=a%26b%3Dc&via=x";
        assert_eq!(place.as_str(), expect);
    }
}
