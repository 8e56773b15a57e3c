//! Addresses of resources.

use std::fmt::Write as _;

use crate::error::ClientError;

/// The path of a resource under `/api/v1`, made of parts that may hold any letter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    path: String,
    has_question: bool,
    /// A part that no address can hold.
    step: Option<String>,
}

impl Place {
    /// A path of these parts.
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut place = Self::default();
        for part in parts {
            if !place.path.is_empty() {
                place.path.push('/');
            }
            if is_step(part) {
                place.step = Some((*part).to_owned());
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

    /// The path and what is asked. *Errors*: a part is `.` or `..`, which whoever reads the address takes for a step, however
    /// it is written (WHATWG URL, 4.4): what is sent would reach another resource.
    pub(crate) fn path(&self) -> Result<&str, ClientError> {
        match &self.step {
            None => Ok(&self.path),
            Some(part) => Err(ClientError::Part { part: part.clone() }),
        }
    }
}

fn is_step(part: &str) -> bool {
    matches!(part, "." | "..")
}

/// Writes a text so that it is one part of a path, or a value of a query (RFC 3986).
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
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
        let place = Place::of(&["products", "a/b", "...", "1.0.0+é"])
            .asking("from", "a&b=c")
            .asking_if("to", None)
            .asking_if("via", Some("x"));
        let expect = "products/a%2Fb/.../1.0.0%2B%C3%A9?from=a%26b%3Dc&via=x";
        assert_eq!(place.path().ok(), Some(expect));
    }

    #[test]
    fn no_part_is_a_step() {
        for part in [".", ".."] {
            let refused = Place::of(&["products", part, "risks"]).asking("from", "x");
            let told = refused.path().map_err(|error| error.to_string());
            assert_eq!(told, Err(format!("`{part}` is no name")));
        }
        assert!(Place::of(&["products"]).asking("name", "..").path().is_ok());
    }
}
