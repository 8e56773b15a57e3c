//! How versions are spelled under some rules.

use trainyard_version::{Template, Version};

use crate::Rules;

impl Rules {
    /// A version as tags of these rules spell it: canonical, but for the digits of the second number.
    pub fn spell(&self, version: &Version) -> String {
        pad_second_number(version.canonical(), self.minor_digits)
    }

    /// The line of a version as branches of these rules spell it.
    pub(crate) fn line(&self, version: &Version) -> String {
        pad_second_number(&self.scheme.line(version), self.minor_digits)
    }

    /// Whether every date has a line of its own, so that numbers say nothing but when.
    pub fn is_date_alone(&self, version: &Version) -> bool {
        // Lines are written without padding.
        let numbers = |text: &str| -> Vec<String> {
            text.split('.').map(|number| number.trim_start_matches('0').to_owned()).collect()
        };
        self.scheme.is_calendar()
            && numbers(&self.scheme.line(version)) == numbers(version.canonical())
    }

    /// The name that a template gives a version; `None` where it asks for something that the version lacks.
    pub fn name(&self, template: &Template, version: &Version) -> Option<String> {
        let value = |placeholder: &str| match placeholder {
            "version" => Some(self.spell(version)),
            "line" => Some(self.line(version)),
            "major" => Some(version.segment(0).to_string()),
            "minor" => Some(format!("{:0width$}", version.segment(1), width = self.minor_digits)),
            "patch" => Some(version.segment(2).to_string()),
            _ => None,
        };
        template.render(&value).ok()
    }

    /// The tag that a release of this version gets.
    pub fn tag_of(&self, version: &Version) -> Option<String> {
        self.tags.first().and_then(|template| self.name(template, version))
    }

    /// The branch of a version's line in the first spelling; `None` where lines have none.
    pub fn branch_of(&self, version: &Version) -> Option<String> {
        self.branches.first().and_then(|template| self.name(template, version))
    }
}

/// Fills up the number after the first dot with zeros.
fn pad_second_number(text: &str, digits: usize) -> String {
    let Some((first, rest)) = text.split_once('.') else { return text.to_owned() };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return text.to_owned();
    }
    format!("{first}.{}{rest}", "0".repeat(digits.saturating_sub(length)))
}

#[cfg(test)]
mod tests {
    use super::pad_second_number;

    #[test]
    fn only_the_second_number_is_filled_up() {
        for (text, padded) in [
            ("22.3.4", "22.03.4"),
            ("22.12.4", "22.12.4"),
            ("24.9", "24.09"),
            ("24", "24"),
            ("v1.x", "v1.x"),
        ] {
            assert_eq!(pad_second_number(text, 2), padded);
            assert_eq!(pad_second_number(text, 1), text);
        }
    }
}
