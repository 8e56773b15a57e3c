//! Lists in parts.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, de::Error as _};
use trainyard_api::Page;
use trainyard_registry::Digest;
use utoipa::IntoParams;

use super::failure::Failure;

/// How many items a part has where nobody says.
const USUAL: usize = 100;
/// The most items of a part.
const MOST: usize = 500;
/// How many digits of a hash guard a cursor.
const GUARD: usize = 8;

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// How many items at most.
    #[param(minimum = 1, maximum = 500)]
    #[serde(default, deserialize_with = "limit")]
    limit: Option<usize>,
    /// The `next` of the part before.
    cursor: Option<String>,
}

/// Reads how many items are wanted; what is out of bounds is refused with the query, before anything is looked for.
pub(crate) fn limit<'de, D: Deserializer<'de>>(query: D) -> Result<Option<usize>, D::Error> {
    let limit = Option::<usize>::deserialize(query)?;
    if limit.is_some_and(|limit| !(1..=MOST).contains(&limit)) {
        return Err(D::Error::custom(format!("`limit` is 1 to {MOST}")));
    }
    Ok(limit)
}

impl Listing {
    pub(crate) fn new(limit: Option<usize>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// How many items.
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }

    /// The key of the last item of the part before, of the list with this name.
    pub(crate) fn after(&self, list: &str) -> Result<Option<String>, Failure> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
            let (guard, key) = text.split_at_checked(GUARD)?;
            (guard == guard_of(list, key)).then(|| key.to_owned())
        };
        match read() {
            Some(key) => Ok(Some(key)),
            None => Err(Failure::invalid("cursor-wrong", "the cursor is of no part of this list")
                .hint("hand back the `next` of the part before, with the same path")),
        }
    }

    /// The key as a number, for lists that are numbered.
    pub(crate) fn after_number(&self, list: &str) -> Result<Option<u64>, Failure> {
        let key = self.after(list)?;
        Ok(key.and_then(|key| key.parse().ok()))
    }

    /// A part of a list, from items that come after the cursor, with their keys.
    pub(crate) fn page<T>(&self, list: &str, items: impl Iterator<Item = (String, T)>) -> Page<T> {
        let limit = self.limit();
        let mut items = items.peekable();
        let mut page = Page { items: Vec::new(), next: None };
        let mut last = None;
        while page.items.len() < limit {
            let Some((key, item)) = items.next() else { break };
            page.items.push(item);
            last = Some(key);
        }
        if items.peek().is_some() {
            page.next = last.map(|key| cursor(list, &key));
        }
        page
    }

    /// A part of a list that is in the order of its keys.
    pub(crate) fn sorted<T>(
        &self,
        list: &str,
        items: impl Iterator<Item = (String, T)>,
    ) -> Result<Page<T>, Failure> {
        let after = self.after(list)?;
        let follows = |key: &str| after.as_ref().is_none_or(|after| key > after.as_str());
        Ok(self.page(list, items.filter(|(key, _)| follows(key))))
    }
}

/// Names the place after an item. It is checked when it comes back, so that nobody takes it for more than it is.
pub(crate) fn cursor(list: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}{key}", guard_of(list, key)))
}

fn guard_of(list: &str, key: &str) -> String {
    let digest = Digest::of(format!("cursor\0{list}\0{key}").as_bytes());
    digest.hex().chars().take(GUARD).collect()
}
