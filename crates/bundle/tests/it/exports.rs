//! Bundles in other programs' forms.

use std::collections::BTreeSet;

use serde_json::Value;
use trainyard_bundle::{DependencyPackage, Digest, Numbered, export::Format};

use crate::small::{bundle, catalogue};

#[test]
fn each_form_says_every_pin() {
    let all = catalogue("core 1.0.0\nmaya 1.0.0: core >=1.0.0");
    let mut bundle = bundle("2026.1", "core@1.0.0 maya@1.0.0");
    bundle.launcher = Some(Numbered::semver("1.2.0"));
    bundle.servers = vec![Numbered::semver("1.5.0+260101")];
    for form in ["ayon", "rez", "pip", "compose", "cyclonedx"] {
        let text = Format::of(form).unwrap().write(&bundle, &all).unwrap();
        insta::assert_snapshot!(form, text);
    }
}

#[test]
fn what_a_form_cannot_say_is_told() {
    let all = catalogue("core 1.0.0");
    let odd = bundle("odd", "core@1.0.0+b1 maya@next");
    let told = |form: &str| Format::of(form).unwrap().write(&odd, &all).unwrap_err().to_string();
    assert_eq!(told("rez"), "a Rez range cannot name core 1.0.0+b1");
    assert_eq!(told("pip"), "a PEP 440 constraint cannot name maya next");
}

#[test]
fn a_bill_of_materials_names_everything_once() {
    let all = catalogue("bundle 1.0.0: launcher >=1.0.0\nlauncher 1.0.0: core >=9.0.0");
    let mut odd = bundle("bundle", "bundle@1.0.0 launcher@1.0.0");
    odd.launcher = Some(Numbered::semver("1.2.0"));
    odd.pins[0].digest = Some(Digest::new(format!("sha256:{}", "1a".repeat(32))));
    odd.pins[1].digest = Some(Digest::new("sha256:1a"));
    odd.dependency_packages = vec![DependencyPackage {
        file: "launcher".to_owned(),
        platform: None,
        python: None,
        checksum: Some(Digest::new(format!("md5:{}", "0f".repeat(16)))),
    }];
    let text = Format::of("cyclonedx").unwrap().write(&odd, &all).unwrap();
    let bill: Value = serde_json::from_str(&text).unwrap();
    let components = bill["components"].as_array().unwrap();
    let mut references: Vec<_> = components.iter().map(|it| &it["bom-ref"]).collect();
    references.push(&bill["metadata"]["component"]["bom-ref"]);
    let names: BTreeSet<_> = references.iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(names.len(), references.len(), "{names:?}");
    for dependency in bill["dependencies"].as_array().unwrap() {
        let named = dependency["dependsOn"].as_array().unwrap().iter().chain([&dependency["ref"]]);
        assert!(named.into_iter().all(|it| names.contains(it.as_str().unwrap())), "{dependency}");
    }
    // A digest that is none of its algorithm would make the whole document invalid.
    assert_eq!(components[0]["hashes"][0]["alg"], "SHA-256");
    assert!(components[1].get("hashes").is_none(), "{}", components[1]);
    assert_eq!(components[3]["hashes"][0]["alg"], "MD5");
}

#[test]
fn variables_that_clash_are_told() {
    let all = catalogue("core 1.0.0");
    let mut clashing = bundle("clashing", "launcher@1.0.0 a-b@1.0.0 a_b@1.0.0");
    clashing.launcher = Some(Numbered::semver("1.2.0"));
    let told = Format::of("compose").unwrap().write(&clashing, &all).unwrap_err().to_string();
    assert_eq!(told, "an environment file cannot name a_b beside a-b, launcher beside launcher");
}
