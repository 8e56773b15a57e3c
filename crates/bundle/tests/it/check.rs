//! Each rule of the check, and its near miss.

use trainyard_bundle::{Expectations, LockstepGroup};
use trainyard_policy::Policy;
use trainyard_version::Level;

use crate::world::{told, told_with};

const CORES: &str = "
    core 1.0.0
    core 1.2.0
    core 1.3.0
    core 2.0.0
";

/// A catalogue of several cores and more lines.
fn with_cores(lines: &str) -> String {
    format!("{CORES}{lines}")
}

#[test]
fn a_bundle_that_is_right_is_told_nothing_of() {
    let lines = with_cores("maya 1.0.0: requires.core = >=1.2, <2");
    assert_eq!(told(&lines, "core = \"1.2.0\"\nmaya = \"1.0.0\""), "nothing");
}

#[test]
fn an_unsatisfied_requirement_names_both_versions_the_line_and_the_nearest_cures() {
    let lines = with_cores(
        "maya 1.0.0: requires.core = >=1.2, <2
         maya 0.9.0: requires.core = >=1.0, <2",
    );
    insta::assert_snapshot!(told(&lines, "core = \"1.0.0\"\nmaya = \"1.0.0\""));
}

#[test]
fn a_cure_suits_everybody() {
    let lines = with_cores(
        "maya 1.0.0: requires.core = >=1.2
         nuke 1.0.0: requires.core = <1.3
         houdini 1.0.0: requires.core = >=1.3",
    );
    insta::assert_snapshot!(told(&lines, "core = \"1.0.0\"\nmaya = \"1.0.0\"\nnuke = \"1.0.0\""));
    insta::assert_snapshot!(told(
        &lines,
        "core = \"1.2.0\"\nhoudini = \"1.0.0\"\nnuke = \"1.0.0\"\nmaya = \"1.0.0\""
    ));
}

#[test]
fn a_missing_component_is_added_as_everybody_accepts_it() {
    let lines = with_cores(
        "maya 1.0.0: requires.core = >=1.2
         nuke 1.0.0: soft.core = <2",
    );
    insta::assert_snapshot!(told(&lines, "maya = \"1.0.0\"\nnuke = \"1.0.0\""));
}

#[test]
fn misspelled_and_unknown_names_are_told_apart() {
    let lines = with_cores("maya 1.0.0: requires.ayon_core = >=1.2; requires.planner = *");
    insta::assert_snapshot!(told(&lines, "core = \"1.2.0\"\nmaya = \"1.0.0\""));
}

#[test]
fn a_release_that_provides_a_name_stands_in_for_it() {
    let lines = "
        viewer 2.0.0: provides.player = 1.5.0
        review 1.0.0: requires.player = >=1.2
        review 1.1.0: requires.player = >=1.6
        review 1.2.0: conflicts.player = *
    ";
    assert_eq!(told(lines, "viewer = \"2.0.0\"\nreview = \"1.0.0\""), "nothing");
    insta::assert_snapshot!(told(lines, "viewer = \"2.0.0\"\nreview = \"1.1.0\""));
    insta::assert_snapshot!(told(lines, "viewer = \"2.0.0\"\nreview = \"1.2.0\""));
}

#[test]
fn every_kind_of_requirement_has_its_own_finding() {
    let lines = with_cores(
        "soft 1.0.0: soft.core = <2
         upper 1.0.0: upper.core = <2
         advisory 1.0.0: advises.core = <2
         conflict 1.0.0: conflicts.core = >=2
         conflict 2.0.0: conflicts.core = *",
    );
    let pins = "soft = \"1.0.0\"\nupper = \"1.0.0\"\nadvisory = \"1.0.0\"\nconflict = \"1.0.0\"";
    insta::assert_snapshot!(told(&lines, &format!("core = \"2.0.0\"\n{pins}")));
    assert_eq!(told(&lines, &format!("core = \"1.3.0\"\n{pins}")), "nothing");
    assert_eq!(told(&lines, pins), "nothing");
    insta::assert_snapshot!(told(&lines, "core = \"1.0.0\"\nconflict = \"2.0.0\""));
}

#[test]
fn unknown_pins_get_the_nearest_names_and_versions() {
    insta::assert_snapshot!(told(CORES, "corre = \"1.0.0\"\nzebra = \"1.0.0\"\ncore = \"1.2.5\""));
}

#[test]
fn untagged_commits_are_told_unless_the_catalogue_knows_their_tag() {
    let lines = "
        core 1.0.0: release.tag = 1.0.0; release.commit = 0123456789abcdef
        maya 1.0.0: release.commit = fedcba9876543210
        nuke 1.0.0
    ";
    let pins = r#"
        core = { commit = "0123456789ab" }
        nuke = { version = "1.0.0", commit = "aaaaaaaaaaaa", tag = "v1.0.0" }
    "#;
    assert_eq!(told(lines, pins), "nothing");
    let pins = r#"
        core = { version = "1.0.0", commit = "bbbbbbbbbbbb" }
        maya = "1.0.0"
        nuke = { commit = "cccccccccccc" }
    "#;
    insta::assert_snapshot!(told(lines, pins));
}

#[test]
fn a_final_bundle_holds_no_pre_release_and_nothing_immature() {
    let lines = "
        core 1.0.0-rc.1
        core 1.0.0
        maya 1.0.0: release.maturity = beta
        cli 2.8.1
    ";
    let pins = r#"
        core = "1.0.0-rc.1"
        maya = "1.0.0"
        cli = { version = "2.8.1", commit = "abcdefabcdef", tag = "v2.8.1-rc2" }
    "#;
    insta::assert_snapshot!(told(lines, pins));
    let candidate = format!(
        "[bundle]\nname = \"pipeline\"\nversion = \"1.0.0-rc.1\"\nscheme = \"semver\"\n[pins]\n{pins}"
    );
    assert_eq!(told(lines, &candidate), "nothing");
}

#[test]
fn a_policy_says_how_far_components_have_come() {
    let policy = "preset = \"semver\"\n[rules]\ntag = \"{component}-v{version}\"\n[components.maya]\npaths = [\"maya/**\"]\nmaturity = \"alpha\"\n\
                  [components.core]\npaths = [\"core/**\"]\n";
    let policy = Policy::parse(policy, "trainyard.toml");
    let policy = policy.unwrap_or_else(|errors| panic!("{}", errors.render(false))).policy;
    let lines = with_cores("maya 1.0.0");
    let pins = "core = \"1.0.0\"\nmaya = \"1.0.0\"";
    insta::assert_snapshot!(told_with(&lines, pins, &Expectations::of(&policy)));
}

#[test]
fn digests_tell_contents_apart() {
    let lines = "
        core 1.0.0: release.digest = sha256:aaaaaaaaaaaaaaaa
        core 1.0.0: release.digest = sha256:bbbbbbbbbbbbbbbb; requires.maya = *
        core 1.1.0: release.digest = sha256:cccccccccccccccc
    ";
    let pin =
        |digest: &str| format!("core = {{ version = \"1.0.0\", digest = \"sha256:{digest}\" }}");
    assert_eq!(told(lines, &pin("AAAAAAAAAAAAAAAA")), "nothing");
    insta::assert_snapshot!(told(lines, "core = \"1.0.0\""));
    insta::assert_snapshot!(told(lines, &pin("dddddddddddddddd")));
    // The digest chooses the content, and with it the requirements.
    insta::assert_snapshot!(told(lines, &pin("bbbbbbbbbbbbbbbb")));
}

#[test]
fn what_a_bundle_runs_on_must_suit_everything_in_it() {
    let lines = r#"
        core 1.0.0: environment.server = >=1.0.0, <2.0.0
        core 1.1.0: environment.server = >=1.9.0, <2.0.0; environment.launcher = >=1.2.0
        kitsu 1.0.0: environment.python = >=3.10
        max 1.0.0: environment.platforms = ["windows"]
    "#;
    let about = |rest: &str| {
        let pins = "[pins]\ncore = \"1.1.0\"\nkitsu = \"1.0.0\"\nmax = \"1.0.0\"";
        format!("[bundle]\nname = \"pipeline\"\nversion = \"2023.11\"\n{rest}\n{pins}")
    };
    let wrong = "server = [\"1.7.3\", \"1.9.0\"]\npython = \"3.9.13\"\nplatforms = [\"linux\", \"windows\"]";
    insta::assert_snapshot!(told(lines, &about(wrong)));
    insta::assert_snapshot!(told(lines, &about("server = \"1.9.0\"\nlauncher = \"1.1.9\"")));
    let right = "server = \"1.9.0+20231120\"\nlauncher = \"1.2.0\"\npython = \"3.11.4\"\nplatforms = [\"windows\"]";
    assert_eq!(told(lines, &about(right)), "nothing");
}

#[test]
fn dependency_packages_go_with_the_bundle() {
    let about = |packages: &str| {
        format!(
            "[bundle]\nname = \"pipeline\"\nversion = \"2023.11\"\npython = \"3.9.13\"\n\
             platforms = [\"windows\", \"linux\"]\n[pins]\ncore = \"1.0.0\"\n{packages}"
        )
    };
    let package = |rest: &str| format!("[[dependency-packages]]\n{rest}\n");
    let windows = package("file = \"w.zip\"\nplatform = \"windows\"\nchecksum = \"sha256:00\"");
    let other = package("file = \"w2.zip\"\nplatform = \"windows\"\npython = \"3.10.2\"");
    insta::assert_snapshot!(told(CORES, &about(&format!("{windows}{other}"))));
    let linux = package(
        "file = \"l.zip\"\nplatform = \"linux\"\nchecksum = \"sha256:01\"\npython = \"3.9.1\"",
    );
    assert_eq!(told(CORES, &about(&format!("{windows}{linux}"))), "nothing");
    assert_eq!(told(CORES, &about("")), "nothing");
}

#[test]
fn circles_are_told_once() {
    let lines = "
        a 1.0.0: requires.b = *
        b 1.0.0: requires.c = *
        c 1.0.0: requires.a = *
        d 1.0.0: requires.a = *
        e 1.0.0: soft.f = *
        f 1.0.0: requires.e = *
    ";
    let pins = ["d", "c", "b", "a", "e", "f"].map(|name| format!("{name} = \"1.0.0\"\n")).concat();
    insta::assert_snapshot!(told(lines, &pins));
}

fn lockstep() -> Expectations {
    let group = LockstepGroup {
        name: "platform".to_owned(),
        members: ["manager", "agent", "common"].map(str::to_owned).into(),
        lockstep: Level::Minor,
    };
    Expectations { groups: vec![group], ..Expectations::default() }
}

#[test]
fn members_of_a_group_share_their_line() {
    let lines = "
        manager 1.2.0
        agent 1.2.7
        common 1.1.9
        common 1.2.3
        common 1.2.4
        webui 3.0.0
    ";
    let pins = "manager = \"1.2.0\"\nagent = \"1.2.7\"\nwebui = \"3.0.0\"\n";
    insta::assert_snapshot!(told_with(lines, &format!("{pins}common = \"1.1.9\""), &lockstep()));
    assert_eq!(told_with(lines, &format!("{pins}common = \"1.2.3\""), &lockstep()), "nothing");
}

#[test]
fn members_of_a_group_ask_for_their_own_line() {
    let lines = "
        manager 1.2.0: requires.common = >=1.1.2, <1.2
        manager 1.2.1: requires.common = >=1.1.2, <1.3
        common 1.1.5
        common 1.2.0
    ";
    let pins = |manager: &str| format!("manager = \"{manager}\"\ncommon = \"1.2.0\"");
    insta::assert_snapshot!(told_with(lines, &pins("1.2.0"), &lockstep()));
    assert_eq!(told_with(lines, &pins("1.2.1"), &lockstep()), "nothing");
}

#[test]
fn clients_and_servers_need_an_interface_version_in_common() {
    let lines = r#"
        manager 1.0.0: serves.compute = { min = "v4.20190115", max = "v6.20220315" }
        client 1.0.0: speaks.compute = { max = "v3.20170615" }
        client 1.1.0: speaks.compute = { min = "v3.20170615", max = "v5.20191215" }
        client 1.2.0: speaks.compute = { min = "v7.20230615", max = "v8.20240315" }
    "#;
    let pins = |client: &str| format!("manager = \"1.0.0\"\nclient = \"{client}\"");
    insta::assert_snapshot!(told(lines, &pins("1.0.0")));
    assert_eq!(told(lines, &pins("1.1.0")), "nothing");
    insta::assert_snapshot!(told(lines, &pins("1.2.0")));
}

#[test]
fn flavours_are_made_of_pins() {
    let text = "[bundle]\nname = \"pipeline\"\n[pins]\ncore = \"1.0.0\"\n[flavours]\nfull = [\"*\"]\n3d = [\"core\", \"corre\"]\n";
    insta::assert_snapshot!(told(CORES, text));
}

#[test]
fn the_answer_is_the_same_for_any_order_of_pins_and_manifests() {
    let lines = with_cores(
        "maya 1.0.0: requires.core = >=1.2, <2
         maya 0.9.0: requires.core = >=1.0, <2
         nuke 1.0.0: requires.core = >=2; requires.zlib = *",
    );
    let reversed: Vec<_> = lines.lines().rev().collect();
    let first = told(&lines, "core = \"1.0.0\"\nmaya = \"1.0.0\"\nnuke = \"1.0.0\"");
    let second = told(&reversed.join("\n"), "nuke = \"1.0.0\"\nmaya = \"1.0.0\"\ncore = \"1.0.0\"");
    let without_lines = |text: &str| text.replace("bundle.toml:5", "").replace("bundle.toml:7", "");
    assert_eq!(without_lines(&first), without_lines(&second));
}

#[test]
fn a_pin_is_one_exact_version() {
    for range in [">=1.0.0", "^1.2", "1.*", "1.0.x", "1.0.0 || 2.0.0"] {
        let told = told("", &format!("core = \"{range}\""));
        assert!(told.contains("TY0714") && told.contains("a pin is one exact version"), "{told}");
    }
    assert_eq!(told("", "core = \"1.0.0\"\nmaya = \"1.0.0+x.1\""), "nothing");
}

/// Of a version and its builds, it is the version that is suggested.
#[test]
fn builds_are_suggested_where_nothing_else_is_final() {
    let final_one = "[bundle]\nname = \"p\"\nversion = \"2026.1\"\n[pins]\nnuke = \"1.0.0-rc.1\"";
    let both = told("nuke 1.0.0-rc.1\nnuke 1.0.0+dev\nnuke 1.0.0", final_one);
    assert!(both.contains("pin nuke 1.0.0\n") || both.ends_with("pin nuke 1.0.0"), "{both}");
    let build = told("nuke 1.0.0-rc.1\nnuke 1.0.0+dev", final_one);
    assert!(build.contains("pin nuke 1.0.0+dev"), "{build}");
}
