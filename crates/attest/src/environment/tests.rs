use proptest::prelude::*;

use super::{Environment, EnvironmentError};

fn environment(facts: &[&str]) -> Environment {
    let mut environment = Environment::default();
    for fact in facts {
        environment.add_written(fact).unwrap();
    }
    environment
}

#[test]
fn facts_have_one_order_and_one_name() {
    let one = environment(&["os=linux", "arch=x86_64", "gpu=RTX 4090", "os=linux"]);
    assert_eq!(one, environment(&["gpu=RTX 4090", "arch=x86_64", "os=linux"]));
    assert_eq!(one.to_string(), "arch=x86_64, gpu=\"RTX 4090\", os=linux");
    assert_eq!(one.to_json(), r#"{"arch":"x86_64","gpu":"RTX 4090","os":"linux"}"#);
    assert_eq!(serde_json::from_str::<Environment>(&one.to_json()).unwrap(), one);
    let narrow = one.narrowed(&["os", "arch", "python"]);
    assert_eq!(narrow.to_string(), "arch=x86_64, os=linux");
    assert_eq!(
        narrow.digest(),
        // printf '{"arch":"x86_64","os":"linux"}' | sha256sum
        "sha256:9fbf3367cd477990c7de294d29cea45c1fdd878068994af3ec5cdaee7abedcfe"
    );
    assert_eq!(Environment::default().to_string(), "");
    assert!(Environment::default().is_empty());
}

#[test]
fn what_is_no_fact_is_refused() {
    let refused = |fact: &str| environment(&["os=linux"]).add_written(fact).unwrap_err();
    assert_eq!(refused("gpu"), EnvironmentError::Form("gpu".to_owned()));
    assert_eq!(refused("GPU=x"), EnvironmentError::Key("GPU".to_owned()));
    assert_eq!(refused("=x"), EnvironmentError::Key(String::new()));
    assert_eq!(refused("gpu="), EnvironmentError::Value("gpu".to_owned()));
    assert_eq!(refused("gpu=a\nb"), EnvironmentError::Value("gpu".to_owned()));
    assert_eq!(refused("os=windows"), EnvironmentError::Twice("os".to_owned()));
    assert!(matches!(refused(&format!("gpu={}", "x".repeat(257))), EnvironmentError::Value(_)));
    let mut many = Environment::default();
    for number in 0..64 {
        many.add(&number.to_string(), "x").unwrap();
    }
    assert_eq!(many.add("64", "x"), Err(EnvironmentError::TooMany));
    assert!(serde_json::from_str::<Environment>(r#"{"A":"b"}"#).is_err());
}

proptest! {
    /// Rules count environments by name.
    #[test]
    fn no_two_environments_have_one_name(
        one in proptest::collection::btree_map("[ab]", "[ab=\", \\\\]{1,6}", 0..3),
        other in proptest::collection::btree_map("[ab]", "[ab=\", \\\\]{1,6}", 0..3),
    ) {
        let (one, other) =
            (Environment::try_from(one).unwrap(), Environment::try_from(other).unwrap());
        prop_assert_eq!(one.to_string() == other.to_string(), one == other);
    }
}
