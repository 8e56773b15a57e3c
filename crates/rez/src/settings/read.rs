//! Settings as Rez's configuration files write them.

use serde_json::{Map, Value};

use super::{
    Settings, SettingsError,
    filter::{Filter, Rule},
    order::Order,
};
use crate::range::parse_version;

/// How deep orders may stand in orders.
const DEEPEST: usize = 16;

impl Settings {
    /// Reads `package_filter` and `package_orderers`, which may be absent.
    ///
    /// A filter is a table with `excludes` and `includes`, or a list of those. An order has a `type`: `sorted`,
    /// `no_order`, `version_split`, `soft_timestamp` or `per_family`. Of two orders for one family, the first counts.
    ///
    /// *Errors*: the first value that Rez would not take, or an expression that only Python knows.
    pub fn read(filter: Option<&Value>, orderers: Option<&Value>) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        let listed = |value: Option<&Value>| match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(values)) => values.clone(),
            Some(value) => vec![value.clone()],
        };
        for (number, value) in listed(filter).iter().enumerate() {
            let place = Place::of("package_filter", number);
            settings.filters.push(read_filter(value, &place)?);
        }
        settings.filters.sort_by_key(Filter::cost);
        for (number, value) in listed(orderers).iter().enumerate() {
            let place = Place::of("package_orderers", number);
            let orderer = Orderer::read(value, &place)?;
            for family in orderer.families(&place)? {
                let order = orderer.order(&family, &place, DEEPEST)?;
                settings.orders.entry(family).or_insert(order);
            }
        }
        Ok(settings)
    }
}

/// Where a value stands.
struct Place(String);

impl Place {
    fn of(setting: &str, number: usize) -> Self {
        Self(format!("{setting}[{number}]"))
    }

    fn error(&self, what: impl Into<String>) -> SettingsError {
        SettingsError { setting: self.0.clone(), what: what.into() }
    }
}

fn read_filter(value: &Value, place: &Place) -> Result<Filter, SettingsError> {
    let table = value.as_object().ok_or_else(|| place.error("a filter is a table"))?;
    let rules = |key: &str| -> Result<Vec<Rule>, SettingsError> {
        let texts = match table.get(key) {
            None => Vec::new(),
            Some(value) => texts(value, place, key)?,
        };
        texts.iter().map(|text| Rule::read(text).map_err(|what| place.error(what))).collect()
    };
    Ok(Filter { excludes: rules("excludes")?, includes: rules("includes")? })
}

/// A text, or a list of them.
fn texts(value: &Value, place: &Place, key: &str) -> Result<Vec<String>, SettingsError> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let all = match value {
        Value::Array(values) => values.iter().map(text).collect(),
        value => text(value).map(|text| vec![text]),
    };
    all.ok_or_else(|| place.error(format!("`{key}` is a text or a list of texts")))
}

/// An order as it is written: its type, and the rest.
struct Orderer<'value> {
    kind: &'value str,
    data: &'value Map<String, Value>,
}

impl<'value> Orderer<'value> {
    fn read(value: &'value Value, place: &Place) -> Result<Self, SettingsError> {
        let found = match value {
            Value::Object(data) => {
                data.get("type").and_then(Value::as_str).map(|kind| Self { kind, data })
            }
            // An older way of writing it.
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(kind), Value::Object(data)] => Some(Self { kind, data }),
                _ => None,
            },
            _ => None,
        };
        found.ok_or_else(|| place.error("an order is a table with a `type`"))
    }

    /// Which families it is for.
    fn families(&self, place: &Place) -> Result<Vec<String>, SettingsError> {
        if self.kind == "per_family" {
            let mut families = Vec::new();
            for (_, own) in self.parts(place)? {
                families.extend(own);
            }
            return Ok(families);
        }
        match self.data.get("packages") {
            None | Some(Value::Null) => Ok(vec!["*".to_owned()]),
            Some(value) => texts(value, place, "packages"),
        }
    }

    /// The orders of `per_family`, each with its families.
    fn parts(&self, place: &Place) -> Result<Vec<(Orderer<'value>, Vec<String>)>, SettingsError> {
        let orderers = self.data.get("orderers").and_then(Value::as_array);
        let orderers = orderers.ok_or_else(|| place.error("`per_family` needs `orderers`"))?;
        let part = |value: &'value Value| {
            let orderer = Orderer::read(value, place)?;
            let families = orderer.data.get("packages");
            let families = families.filter(|families| families.is_array());
            let families = families.ok_or_else(|| {
                place.error("each of the `orderers` of `per_family` needs a list of `packages`")
            })?;
            Ok((orderer, texts(families, place, "packages")?))
        };
        orderers.iter().map(part).collect()
    }

    /// The order that it has for a family. Whoever nests deeper than `depth` is refused.
    fn order(&self, family: &str, place: &Place, depth: usize) -> Result<Order, SettingsError> {
        let depth =
            depth.checked_sub(1).ok_or_else(|| place.error("orders stand in orders too deep"))?;
        let number = |key: &str| -> Result<Option<i64>, SettingsError> {
            match self.data.get(key) {
                None => Ok(None),
                Some(value) => value
                    .as_i64()
                    .map(Some)
                    .ok_or_else(|| place.error(format!("`{key}` is a whole number"))),
            }
        };
        match self.kind {
            "no_order" => Ok(Order::AsGiven),
            "sorted" => match self.data.get("descending").and_then(Value::as_bool) {
                Some(is_descending) => Ok(Order::Sorted { is_descending }),
                None => Err(place.error("`sorted` needs `descending`, true or false")),
            },
            "version_split" => {
                let first = self.data.get("first_version").and_then(Value::as_str);
                let first = first
                    .ok_or_else(|| place.error("`version_split` needs `first_version`, a text"))?;
                match parse_version(first) {
                    Ok(version) => Ok(Order::Split { first: version.key().clone() }),
                    Err(error) => Err(place.error(format!("`first_version`: {error}"))),
                }
            }
            "soft_timestamp" => {
                let time = number("timestamp")?
                    .ok_or_else(|| place.error("`soft_timestamp` needs `timestamp`"))?;
                let rank = usize::try_from(number("rank")?.unwrap_or_default())
                    .map_err(|_| place.error("`rank` is a place of a number in a version"))?;
                Ok(Order::Released { time, rank })
            }
            "per_family" => {
                let parts = self.parts(place)?;
                // Of two for one family, the last counts.
                let own = parts.iter().rev().find(|(_, own)| own.iter().any(|it| it == family));
                if let Some((orderer, _)) = own.filter(|_| family != "*") {
                    return orderer.order(family, place, depth);
                }
                match self.data.get("default_order").filter(|value| !value.is_null()) {
                    Some(value) => Orderer::read(value, place)?.order(family, place, depth),
                    None => Err(place.error(format!(
                        "`per_family` without `default_order` has no order for `{family}`"
                    ))),
                }
            }
            other => Err(place.error(format!(
                "`{other}` is no order; there are sorted, no_order, version_split, soft_timestamp, per_family"
            ))),
        }
    }
}
