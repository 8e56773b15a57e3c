//! SPDX expressions, as far as manifests use them.

/// Whether an expression can be satisfied with allowed licences alone.
///
/// `OR` takes one side, `AND` needs both, the old `/` means `OR`; a licence may have an exception (`WITH`).
pub(super) fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words: Vec<_> = spaced.split_whitespace().rev().collect();
    let outcome = either(&mut words, allowed);
    words.is_empty() && outcome == Some(true)
}

fn either(words: &mut Vec<&str>, allowed: &[String]) -> Option<bool> {
    let mut outcome = both(words, allowed)?;
    while words.pop_if(|word| *word == "OR").is_some() {
        outcome |= both(words, allowed)?;
    }
    Some(outcome)
}

fn both(words: &mut Vec<&str>, allowed: &[String]) -> Option<bool> {
    let mut outcome = one(words, allowed)?;
    while words.pop_if(|word| *word == "AND").is_some() {
        outcome &= one(words, allowed)?;
    }
    Some(outcome)
}

fn one(words: &mut Vec<&str>, allowed: &[String]) -> Option<bool> {
    let word = words.pop()?;
    if word == "(" {
        let outcome = either(words, allowed)?;
        return (words.pop()? == ")").then_some(outcome);
    }
    let mut name = word.to_owned();
    if words.pop_if(|word| *word == "WITH").is_some() {
        name = format!("{name} WITH {}", words.pop()?);
    }
    Some(allowed.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn expressions_are_weighed() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]
            .map(str::to_owned);
        let check = |expression: &str| is_allowed(expression, &allowed);
        assert!(check("MIT"));
        assert!(check("GPL-3.0 OR MIT"));
        assert!(check("MIT/Apache-2.0"));
        assert!(check("(MIT OR GPL-3.0) AND Unicode-3.0"));
        assert!(check("Apache-2.0 WITH LLVM-exception"));
        assert!(!check("GPL-3.0"));
        assert!(!check("MIT AND GPL-3.0"));
        assert!(!check("MIT WITH Odd-exception"));
        assert!(!check("(MIT"));
        assert!(!check("MIT)"));
        assert!(!check(""));
    }
}
