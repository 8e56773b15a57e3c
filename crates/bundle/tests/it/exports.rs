//! Bundles in other programs' forms.

use trainyard_bundle::{Numbered, export::Format};

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
