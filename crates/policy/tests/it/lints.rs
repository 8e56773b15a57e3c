//! What lint refuses, and the near misses that it does not.

use insta::assert_snapshot;
use trainyard_policy::Policy;
use trainyard_report::{Code, Severity};

use crate::{policy, shown};

#[test]
fn paths_lead_below_the_root_and_differ() {
    assert_snapshot!(shown(
        r#"[components.absolute]
paths = ["/server/**", "C:/server", "~/server"]
rules.tag = "a-{version}"
fragments = [{ towncrier = "../changes" }, { changesets = "" }]

[components.upward]
paths = ["../server", "server/../web/**", "server\\**", "", " web", "."]
rules.tag = "b-{version}"

[components.both]
paths = ["core/**"]
exclude = ["./core/", "/tmp"]
rules.tag = "c-{version}"

[components.one]
paths = ["app/**", "lib/**"]
rules.tag = "d-{version}"

[components.other]
paths = ["./lib/", "./app/"]
rules.tag = "e-{version}"
"#
    ));
}

#[test]
fn paths_may_be_shared_in_part_or_in_step_or_elsewhere() {
    for source in [
        "[components.a]\npaths = [\"a/**\", \"lib/**\"]\nrules.tag = \"a{version}\"\n[components.b]\npaths = [\"b/**\", \"lib/**\"]\n",
        "[components.a]\npaths = [\"a/**\"]\nexclude = [\"a/b/**\"]\nrules.tag = \"a{version}\"\n[components.b]\npaths = [\"a/**\"]\n",
        "[components.a]\npaths = [\"a/**\"]\n[components.b]\npaths = [\"a/**\"]\n[groups.g]\ncomponents = [\"a\", \"b\"]\n",
        "[components.a]\npaths = [\"a/**\"]\n[components.b]\npaths = [\"a/**\"]\nrepository = \"https://example.org/b\"\n",
        "[components.a]\npaths = [\"a..b/**\", \"./c/..d\"]\n",
    ] {
        assert_eq!(shown(source), "", "{source}");
    }
}

#[test]
fn selectors_name_classes_and_rules_that_are_there() {
    assert_snapshot!(shown(
        r#"[rules.levels]
major = ["braking", "commit.feat", "commits.feet", "commits.nonsense", "openapi."]
minor = ["migration.*", "elephants.*", "commits.*.x", "openapi.a b"]
"#
    ));
    let known = "[rules.levels]\nmajor = [\"commits.release-as\", \"openapi.request-property-removed\", \"unknown\"]\n\
        minor = [\"commits.*\", \"fragments.novelty\", \"tools.oasdiff.x\", \"api-date.*\", \"migrations.destructive\"]\n";
    assert_eq!(shown(known), "");
}

#[test]
fn tags_tell_streams_and_components_apart() {
    assert_snapshot!(shown(
        r#"[rules]
tag = "{component}-{version}"
[components.server]
paths = ["server/**"]
[components.web]
paths = ["web/**"]
[streams.server]
kind = "bundle"
scheme = "calver:YYYY.M"
tag = "server-{version}"
[streams.platform]
kind = "bundle"
scheme = "calver:YYYY.M"
tag = "v{version}"
[streams.product]
kind = "composite"
scheme = "composite:{a=semver}+{b=semver}"
parts = { a = "server", b = "web" }
tag = "v{version}"
[streams.web]
kind = "single"
component = "web"
[streams.site]
kind = "single"
component = "web"
"#
    ));
    let elsewhere = "[components.a]\nrepository = \"https://example.org/a\"\nrules.tag = \"{version}\"\n\
        [streams.s]\nkind = \"bundle\"\nscheme = \"calver:YYYY.M\"\ntag = \"{version}\"\n";
    assert_eq!(shown(elsewhere), "");
}

#[test]
fn a_finding_weighs_one_thing() {
    assert_snapshot!(shown(
        "[rules.lint]\nTY0307 = \"off\"\nnever-finalised = \"error\"\nversion-gap = \"off\"\nTY0303 = \"off\"\n"
    ));
}

#[test]
fn a_finding_may_be_named_in_another_way_than_below() {
    let named = policy("preset = \"backend-ai\"\n[rules.lint]\nTY0303 = \"error\"\n");
    let severity = |policy: &Policy| policy.components[0].current().severity(Code::VERSION_GAP);
    assert_eq!(severity(&named), Some(Severity::Error));
    assert_eq!(severity(&policy("preset = \"backend-ai\"\n")), None);
}

#[test]
fn tags_to_ignore_have_names() {
    assert!(shown("[product]\nignored-tags = [\"\"]\n").contains("must not be empty"));
}

#[test]
fn pages_have_web_addresses() {
    for address in [
        "versioning.html",
        "ftp://example.org",
        "https://",
        "https:///x",
        "https://a b",
        "https://a>b",
        "",
    ] {
        let source = format!("[product]\npolicy-url = \"{address}\"\n");
        assert!(shown(&source).contains("is no address of a page"), "{address}");
    }
    for address in ["https://example.org/versioning", "http://localhost:8000/x?y#z"] {
        assert_eq!(shown(&format!("[product]\npolicy-url = \"{address}\"\n")), "", "{address}");
    }
}

#[test]
fn pre_releases_need_a_scheme_that_has_them() {
    assert_snapshot!(shown(
        r#"[rules.prerelease]
phases = ["nightly", "rc"]
default = "rc"

[components.api]
rules = { scheme = "api-date", tag = "api-{version}", prerelease = { phases = ["beta"] } }

[components.package.rules]
scheme = "rez"
tag = "rez-{version}"
prerelease = { phases = ["rc"], default = "rc" }

[components.python]
rules = { scheme = "pep440", tag = "py-{version}" }

[components.days]
rules = { scheme = "calver:YYYY.0M.0D", tag = "days-{version}", prerelease.phases = ["alpha"] }
"#
    ));
}

#[test]
fn what_is_stated_for_all_is_left_out_where_it_cannot_be() {
    let policy = policy(
        "[rules]\nprerelease = { phases = [\"nightly\", \"rc\"], default = \"rc\" }\n[components.a]\nrules.tag = \"a{version}\"\n\
         [components.b]\nrules = { scheme = \"rez\", tag = \"b{version}\" }\n[components.c]\nrules = { scheme = \"pep440\", tag = \"c{version}\" }\n",
    );
    let phases: Vec<Vec<&str>> = policy
        .components
        .iter()
        .map(|component| {
            let phases = &component.current().prerelease.phases;
            phases.iter().map(|step| step.phase.label()).collect()
        })
        .collect();
    assert_eq!(phases, [vec!["nightly", "rc"], vec![], vec!["rc"]]);
}

#[test]
fn lines_are_no_releases() {
    assert_snapshot!(shown(
        r#"[rules]
scheme = "pep440"
[lines.declared."1.2.3"]
lts = true
[lines.declared."23.09"]
lts = true
[lines.declared."23.9"]
lts = true
[lines.declared."main"]
lts = true
"#
    ));
    for (scheme, line, canonical) in [
        ("semver", "1.2", "1.2"),
        ("pep440", "1", "1.0"),
        ("api-date", "v9", "v9"),
        ("rez", "1.2", "1.2"),
        ("calver:YYYY.0M.MICRO", "2023.09", "2023.9"),
        ("calver:YYYYMMDD[A]", "20230903", "20230903"),
        ("composite:{a=semver}+{b=calver:YYYYMMDD}", "1.2", "1.2"),
    ] {
        let source = format!(
            "[rules]\nscheme = \"{scheme}\"\ntag = \"{{version}}\"\n[lines.declared.\"{line}\"]\nlts = true\n"
        );
        assert!(policy(&source).lines.declared.contains_key(canonical), "{scheme}");
    }
}

#[test]
fn composites_can_be_divided_again() {
    for scheme in ["composite:{a=rez}-{b=debian}", "composite:{a=semver}.{b=rez}"] {
        let source = format!("[rules]\nscheme = \"{scheme}\"\ntag = \"{{version}}\"\n");
        let shown = shown(&source);
        assert!(shown.contains("could be divided in two ways"), "{shown}");
    }
    for scheme in ["composite:{a=semver}+{b=calver:YYYYMMDD[A]}", "composite:{a=rez}+{b=rez}"] {
        assert_eq!(shown(&format!("[rules]\nscheme = \"{scheme}\"\ntag = \"{{version}}\"\n")), "");
    }
}

#[test]
fn nested_folders_are_told_and_near_misses_are_not() {
    assert_snapshot!(shown(
        r#"[components.server]
paths = ["server"]
rules.tag = "a-{version}"

[components.plugins]
paths = ["server/plugins/**"]
rules.tag = "b-{version}"
"#
    ));
    for source in [
        "[components.a]\npaths = [\"a\"]\nexclude = [\"a/b\"]\nrules.tag = \"a{version}\"\n[components.b]\npaths = [\"a/b\"]\n",
        "[components.a]\npaths = [\"a\"]\nrules.tag = \"a{version}\"\n[components.b]\npaths = [\"ab/c\"]\n",
        "[components.a]\nrules.tag = \"a{version}\"\n[components.b]\npaths = [\"a/b\"]\n",
        "[components.a]\npaths = [\"a\"]\n[components.b]\npaths = [\"a/b\"]\n[groups.g]\ncomponents = [\"a\", \"b\"]\n",
    ] {
        assert_eq!(shown(source), "", "{source}");
    }
}

#[test]
fn a_path_without_wildcards_is_a_file_or_a_folder_with_all_that_is_in_it() {
    let policy = policy("[components.a]\npaths = [\"lib\", \"VERSION\", \"src/*.rs\"]\n");
    let contains = |path: &str| policy.components[0].paths.contains(path.into());
    for path in ["lib/a", "lib/b/c", "VERSION", "src/a.rs"] {
        assert!(contains(path), "{path}");
    }
    for path in ["library/a", "x/lib/a", "src/a/b.rs"] {
        assert!(!contains(path), "{path}");
    }
}

#[test]
fn marks_that_a_scheme_cannot_write_are_refused() {
    let told = |scheme: &str, mark: &str| {
        shown(&format!(
            "[rules]\nscheme = \"{scheme}\"\ntag = \"{{version}}\"\n[rules.next-development]\nmark = \"{mark}\"\n"
        ))
    };
    assert_snapshot!(told("calver:YYYY.MM.MICRO", "a1"));
    for (scheme, mark) in
        [("pep440", "a1"), ("pep440", "dev"), ("semver", "dev"), ("semver", "alpha1")]
    {
        assert_eq!(told(scheme, mark), "", "{scheme} {mark}");
    }
}

#[test]
fn milestones_name_a_version_of_a_component() {
    assert_snapshot!(shown(
        r#"[components.a]
rules.tag = "a-{version}"

[components.b]
rules.tag = "b-{version}"

[milestones.none]
version = "1.0"

[milestones.unknown]
component = "c"
version = "1.0"
stable = ["d"]

[milestones.early]
component = "a"
version = "1.0.0-rc.1"
by = 2026-13-01

[milestones.both]
component = "b"
version = "1.0"
done = ["it is tested"]
missing = ["it is tested"]

[milestones.empty]
component = "b"
"#
    ));
    let policy = policy("[milestones.one]\nversion = \"1.0\"\nby = 2026-12-31\n");
    let milestone = &policy.milestones[0];
    assert_eq!((milestone.component, milestone.version.text()), (0, "1.0.0"));
    assert_eq!(milestone.by.map(|day| day.to_string()).as_deref(), Some("2026-12-31"));
}
