//! Effects in words.

use super::{Effects, Flag};

/// How many kinds of things a sentence names before it counts the rest.
const KINDS: usize = 4;
/// How many things of one kind it names.
const NAMED: usize = 3;

/// What a migration does, weightiest first, such as "drops column `users.email`; rewrites rows of `users`, `teams`".
pub fn deeds(effects: &Effects) -> String {
    let mut kinds: Vec<(Flag, Vec<&str>)> = Vec::new();
    // What a migration does not do is worth no word beside what it does.
    for (flag, subject) in effects.iter().filter(|(flag, _)| *flag != Flag::Noop) {
        match kinds.iter_mut().find(|(known, _)| *known == flag) {
            Some((_, subjects)) => subjects.push(subject),
            None => kinds.push((flag, vec![subject])),
        }
    }
    kinds.sort_by_key(|(flag, _)| matches!(flag, Flag::Neutral(_)));
    let mut words: Vec<String> =
        kinds.iter().take(KINDS).map(|(flag, subjects)| deed(*flag, subjects)).collect();
    match kinds.get(KINDS..) {
        None | Some([]) => {}
        Some([(_, subjects)]) if subjects.len() == 1 => words.push("one thing more".to_owned()),
        Some(rest) => {
            let count: usize = rest.iter().map(|(_, subjects)| subjects.len()).sum();
            words.push(format!("{count} things more"));
        }
    }
    if words.is_empty() { Flag::Noop.as_str().to_owned() } else { words.join("; ") }
}

fn deed(flag: Flag, subjects: &[&str]) -> String {
    let named: Vec<_> =
        subjects.iter().filter(|name| !name.is_empty()).map(|name| format!("`{name}`")).collect();
    if named.is_empty() {
        return flag.as_str().to_owned();
    }
    let more = named.len().saturating_sub(NAMED);
    let named = named.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    let named = if more > 0 { format!("{named} and {more} more") } else { named };
    match flag {
        Flag::EnumValueDrop => format!("drops values of enum {named}"),
        Flag::TypeNarrow => format!("narrows the type of {named}"),
        Flag::DeleteRows => format!("deletes rows of {named}"),
        Flag::PrimaryKeyChange => format!("moves the primary key of {named}"),
        Flag::UpdateRows => format!("rewrites rows of {named}"),
        Flag::InsertRows => format!("inserts rows in {named}"),
        Flag::Backfill => format!("fills new column {named}"),
        Flag::CopyRows => format!("copies rows to {named}"),
        Flag::TightenNotNull => format!("makes {named} NOT NULL"),
        Flag::TightenUnique => format!("makes {named} unique"),
        Flag::TightenForeignKey => format!("adds a foreign key to existing {named}"),
        Flag::TightenCheck => format!("adds a check to existing {named}"),
        Flag::TypeChange => format!("casts {named} to another type"),
        Flag::AddNotNullWithoutDefault => format!("adds {named} as NOT NULL without a default"),
        Flag::TableRebuild => format!("rebuilds table {named} from others"),
        Flag::Unresolved => format!("does what cannot be resolved: {named}"),
        _ => format!("{} {named}", without_article(flag.as_str())),
    }
}

/// "drops a table" becomes "drops table", so that a name can follow.
fn without_article(words: &str) -> String {
    words.replacen(" an ", " ", 1).replacen(" a ", " ", 1)
}
