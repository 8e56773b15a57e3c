//! AYON's own answers.

use trainyard_bundle::{AyonAnswer, Bundle, Catalogue, check_as_ayon, read};

/// Addons as `package.py` files.
fn catalogue(files: &[&str]) -> Catalogue {
    let files = files.iter().enumerate();
    Catalogue::new(files.flat_map(|(index, text)| {
        let path = format!("addon{index}/package.py");
        read::read_file(path.as_str().into(), text, &read_origin()).unwrap().manifests
    }))
}

fn read_origin() -> trainyard_bundle::Origin {
    trainyard_bundle::Origin::default()
}

fn bundle(json: &str) -> Bundle {
    read::ayon_bundle("bundle.json".into(), json).unwrap()
}

fn messages(files: &[&str], json: &str) -> Vec<String> {
    match check_as_ayon(&bundle(json), &catalogue(files)) {
        AyonAnswer::Failed { crash } => vec![format!("500: {crash}")],
        AyonAnswer::Checked { success, issues } => {
            let issues = issues.iter().map(|it| format!("{}: {}", it.severity, it.message));
            issues.chain([format!("{success}")]).collect()
        }
    }
}

const CORE: &str = "name = 'core'\nversion = '1.0.0'\nayon_server_version = '>=1.3.0'\n";

#[test]
fn a_missing_launcher_hides_the_rest_of_an_addon() {
    let maya = "name = 'maya'\nversion = '1.0.0'\nayon_launcher_version = '>=1.0.2'\n\
                ayon_required_addons = {'core': '>=2.0.0'}\n";
    let json = |launcher: &str| {
        format!(
            "{{\"name\": \"b\", {launcher} \"addons\": {{\"maya\": \"1.0.0\", \"core\": \"1.0.0\"}}}}"
        )
    };
    assert_eq!(messages(&[CORE, maya], &json("")), ["error: Launcher is required", "false"]);
    assert_eq!(
        messages(&[CORE, maya], &json("\"installer_version\": \"1.0.0\",")),
        ["error: Launcher >=1.0.2 is required", "error: core >=2.0.0 is required", "false"]
    );
}

#[test]
fn a_condition_that_cannot_be_read_fails_the_server_once_it_is_reached() {
    let maya = |range: &str| {
        format!("name = 'maya'\nversion = '1.0.0'\nayon_required_addons = {{'core': '{range}'}}\n")
    };
    let json = r#"{"name": "b", "addons": {"maya": "1.0.0", "core": "1.0.0"}}"#;
    assert_eq!(messages(&[CORE, &maya(">=1.0.3<2.0.0")], json), ["500: 1.0.3<2.0.0"]);
    assert_eq!(messages(&[CORE, &maya("~=1.0")], json), ["500: ~=1.0"]);
    // The first condition does not hold, so the second one is never read.
    assert_eq!(
        messages(&[CORE, &maya(">=2.0.0,~=1.0")], json),
        ["error: core >=2.0.0,~=1.0 is required", "false"]
    );
    let absent = r#"{"name": "b", "addons": {"maya": "1.0.0"}}"#;
    assert_eq!(messages(&[CORE, &maya("~=1.0")], absent), ["error: core is required", "false"]);
}

#[test]
fn every_table_has_its_own_sentence() {
    let maya = "name = 'maya'\nversion = '1.0.0'\n\
                ayon_required_addons = {'openpype': None, 'core': '1.0.0'}\n\
                ayon_soft_required_addons = {'deadline': '<2.0.0', 'absent': '>=1.0.0'}\n\
                ayon_compatible_addons = {'core': '!=1.0.0', 'deadline': None}\n";
    let others = ["openpype", "deadline"]
        .map(|name| format!("name = '{name}'\nversion = '2.0.0'\nayon_x = 1\n"));
    let json = r#"{"name": "b", "serverVersion": "1.2.0", "addons":
        {"maya": "1.0.0", "openpype": "2.0.0", "core": "1.0.0", "deadline": "2.0.0", "gone": "9.9.9", "off": null}}"#;
    assert_eq!(
        messages(&[CORE, maya, &others[0], &others[1]], json),
        [
            "error: openpype must not be used",
            "error: deadline <2.0.0 is required",
            "warning: only compatible with core !=1.0.0",
            "error: Ayon server >=1.3.0 is required",
            "error: gone 9.9.9 is not active",
            "false",
        ]
    );
}
