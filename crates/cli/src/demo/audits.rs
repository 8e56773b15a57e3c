//! How audits of the platforms' releases ended: what `trainyard audit` found in their repositories.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tables::{AUDITS, rows};

/// Product, component and version.
type Place = (&'static str, &'static str, &'static str);

/// The documents that are kept beside releases.
pub(super) fn all() -> BTreeMap<Place, Value> {
    let mut found: BTreeMap<Place, Vec<Value>> = BTreeMap::new();
    for (product, component, table) in AUDITS {
        for [version, code, severity, message, path, line, commit] in rows::<7>(table) {
            let findings = found.entry((product, component, version)).or_default();
            if code == "-" {
                continue;
            }
            let mut place = json!({ "commit": commit });
            if !path.is_empty() {
                place["path"] = path.into();
            }
            if let Ok(line) = line.parse::<u32>() {
                place["line"] = line.into();
            }
            findings.push(json!({
                "code": code,
                "severity": severity,
                "subject": format!("{component} {version}"),
                "message": message,
                "locations": [place],
            }));
        }
    }
    found.into_iter().map(|(place, findings)| (place, json!({ "findings": findings }))).collect()
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn audits_speak_of_releases_with_and_without_findings() {
        let all = all();
        let of = |product: &'static str| all.iter().filter(move |(place, _)| place.0 == product);
        for product in ["ayon", "backend-ai", "polyaxon"] {
            assert!(of(product).count() > 100, "{product}: {}", of(product).count());
            let empty = of(product).filter(|(_, it)| it["findings"] == serde_json::json!([]));
            assert!(empty.count() > 10, "{product}");
        }
        let codes = all.values().flat_map(|it| it["findings"].as_array().into_iter().flatten());
        for finding in codes {
            let code = finding["code"].as_str().unwrap_or_default();
            assert!(code.starts_with("TY") && code.len() == 6, "{finding}");
        }
    }
}
