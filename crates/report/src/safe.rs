//! Makes text from repositories harmless to show: whoever names a tag must not steer a terminal.

/// The longest name or place that is shown whole, in characters.
pub(crate) const LONGEST_NAME: usize = 300;

/// The longest sentence that is shown whole, in characters.
pub(crate) const LONGEST_SENTENCE: usize = 1_000;

/// One line: control, invisible and direction-changing characters are shown as escapes, and what is too long is cut.
pub(crate) fn line(text: &str, longest: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(longest));
    let mut previous = ' ';
    for (count, character) in text.chars().enumerate() {
        if count == longest {
            shown.push('…');
            break;
        }
        push(&mut shown, previous, character);
        previous = character;
    }
    shown
}

/// Several lines, such as an excerpt with carets: as [`line`], but line breaks and tabs stay.
pub(crate) fn block(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let columns = line.split('\t').map(|column| self::line(column, LONGEST_SENTENCE));
        columns.collect::<Vec<_>>().join("\t")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn push(shown: &mut String, previous: char, character: char) {
    match character {
        '\n' | '\r' | '\t' => shown.extend(character.escape_default()),
        _ if character.is_control() || is_deceptive(previous, character) => {
            shown.extend(character.escape_unicode());
        }
        _ => shown.push(character),
    }
}

/// Whether a character hides itself or changes the order in which its neighbours are shown.
///
/// Joiners and variation selectors belong to many scripts and to emoji; after ASCII they only hide.
fn is_deceptive(previous: char, character: char) -> bool {
    match character {
        '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => previous.is_ascii(),
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}
