//! Repositories without a policy: what is adopted for them, and that `init` writes just that.

use trainyard_testkit::TestRepository;

use crate::command::{next, trainyard};

/// A repository with one feature and one of these tags after another, and a feature since.
fn tagged(tags: &[&str]) -> TestRepository {
    let repository = TestRepository::new();
    for tag in tags {
        repository.commit(&format!("feat: what {tag} brings"), &[("src", tag)]);
        repository.tag(tag);
    }
    repository.commit("feat: more", &[("src", "more")]);
    repository
}

const DAY: &str = "2030-05-20";

fn next_tag(repository: &TestRepository) -> String {
    next(repository.path(), &["--tag", "--date", DAY])
}

#[test]
fn the_next_tag_is_written_as_the_others_are() {
    for (tags, expected) in [
        (&["v1.0.0a1", "v1.0.0rc1", "v1.0.0", "v1.0.0.post1"][..], "v1.1.0"),
        (&["1.0rc1", "1.0"], "1.1"),
        (&["myapp-1.0.0", "myapp-1.1.0"], "myapp-1.2.0"),
        (&["release-1.0.0", "release-1.1.0"], "release-1.2.0"),
        (&["@scope/pkg@1.0.0", "@scope/pkg@1.1.0"], "@scope/pkg@1.2.0"),
        (&["v2024.01.15", "v2024.02.03"], "v2030.05.20"),
        (&["2024.1.17", "2024.2.13"], "2030.5.20"),
        (&["2024.1.0", "2024.2.0", "2024.2.1"], "2030.5.0"),
        (&["2024-01-15", "2024-02-03"], "2030-05-20"),
        (&["lib2-1.0.0", "lib2-1.1.0"], "lib2-1.2.0"),
        (&["py3-v1.0.0", "py3-v1.1.0"], "py3-v1.2.0"),
        (&["24.03.0", "24.09.0"], "24.10.0"),
        (&["2013a", "2013b", "2014a"], "2030a"),
        (&["2024.01", "2024.02", "2024.02.1"], "2030.05"),
    ] {
        assert_eq!(next_tag(&tagged(tags)), expected, "{tags:?}");
    }
}

#[test]
fn tags_with_a_letter_before_pep440_versions_are_well_spelled() {
    let repository = tagged(&["v1.0.0a1", "v1.0.0rc1", "v1.0.0"]);
    let audit = trainyard(repository.path(), &["audit"]);
    assert!(!audit.stdout.contains("TY02"), "{}", audit.transcript());
}

#[test]
fn moving_tags_change_neither_scheme_nor_findings() {
    for moving in [&["v1"][..], &["v1", "v1.0"], &["v1", "v1.1"], &["v1", "v1.0", "v1.1"]] {
        let repository = tagged(&["v1.0.0", "v1.0.1", "v1.1.0"]);
        for tag in moving {
            repository.tag(tag);
        }
        let plan = trainyard(repository.path(), &["plan"]);
        assert!(plan.stdout.contains("semver reads 3 of 3 tags"), "{}", plan.transcript());
        assert_eq!(next_tag(&repository), "v1.2.0", "{moving:?}");
        let audit = trainyard(repository.path(), &["audit"]);
        assert!(!audit.stdout.contains("TY0203"), "{}", audit.transcript());
    }
}

#[test]
fn a_first_release_of_two_numbers_is_no_moving_tag() {
    let repository = tagged(&["1.0", "1.0.1", "1.1", "1.1.1", "1.2"]);
    assert_eq!(next_tag(&repository), "1.3");
}

#[test]
fn tags_of_other_parts_are_left_out_and_told() {
    let repository = tagged(&["server-v1.0.0", "server-v1.1.0", "web-v2.0.0"]);
    assert_eq!(next_tag(&repository), "server-v1.2.0");
    let plan = trainyard(repository.path(), &["plan"]);
    let told = "tags of 1 other part (web-v) are left out";
    assert!(plan.stdout.contains(told), "{}", plan.transcript());
}

/// A repository with tags made on the first of a month, each with a feature.
fn tagged_on(tags: &[(&str, &str)]) -> TestRepository {
    let repository = TestRepository::new();
    for (tag, month) in tags {
        repository.commit(&format!("feat: what {tag} brings"), &[("src", tag)]);
        repository.git(&["update-ref", "refs/heads/main", &made_on(&repository, month)]);
        repository.git(&["tag", tag]);
    }
    repository.commit("feat: more", &[("src", "more")]);
    repository
}

/// The newest commit once more, as made at noon of the first of a month.
fn made_on(repository: &TestRepository, month: &str) -> String {
    let text = repository.git(&["cat-file", "commit", "HEAD"]);
    let day: jiff::civil::Date = format!("{month}-01").parse().unwrap();
    let seconds = day.at(12, 0, 0, 0).in_tz("UTC").unwrap().timestamp().as_second();
    let (before, committer) = text.split_once("committer ").unwrap();
    let (_, after) = committer.split_once("> ").unwrap();
    let (_, message) = after.split_once('\n').unwrap();
    let text = format!("{before}committer C <c@example.org> {seconds} +0000\n{message}\n");
    repository.git_with_input(&["hash-object", "-t", "commit", "-w", "--stdin"], text.as_bytes())
}

#[test]
fn years_of_two_digits_are_dates_where_the_days_agree() {
    for (tags, expected) in [
        (&[("24.04", "2024-04"), ("24.10", "2024-10"), ("24.04.1", "2025-02")][..], "30.05"),
        (&[("24.04.0", "2024-04"), ("24.04.1", "2024-05"), ("24.06.0", "2024-06")], "30.05.0"),
        (&[("v24.4.0", "2024-04"), ("v24.10.0", "2024-10")], "v30.5.0"),
        (&[("24.04.02", "2024-04"), ("24.05.03", "2024-05")], "30.05.20"),
        (&[("24.1.0", "2021-01"), ("24.2.0", "2021-02")], "24.3.0"),
        (&[("1.2.0", "2024-02"), ("1.3.0", "2024-03")], "1.4.0"),
    ] {
        assert_eq!(next_tag(&tagged_on(tags)), expected, "{tags:?}");
    }
}

/// A server and a web client with tags and folders of their own, and tags of a tool without a folder.
fn with_parts() -> TestRepository {
    let repository = TestRepository::new();
    for number in 0..3 {
        let text = number.to_string();
        let files: &[(&str, &str)] = &[("server/a", &text), ("packages/web-client/a", &text)];
        repository.commit("feat: more", files);
        repository.tag(&format!("server-v1.{number}.0"));
        repository.tag(&format!("@shop/web-client@2024.0{}.0", number + 1));
        repository.tag(&format!("tool-0.{number}.0"));
    }
    let manifest = "{ \"name\": \"@shop/web-client\" }";
    repository.commit("chore: manifest", &[("packages/web-client/package.json", manifest)]);
    repository.commit("fix: crash", &[("server/a", "fixed")]);
    repository.commit("feat: button", &[("packages/web-client/a", "button")]);
    repository
}

#[test]
fn parts_with_tags_and_folders_are_components() {
    let repository = with_parts();
    let tag = |name: &str| next(repository.path(), &[name, "--tag", "--date", DAY]);
    assert_eq!(tag("server"), "server-v1.2.1");
    assert_eq!(tag("@shop/web-client"), "@shop/web-client@2030.05.0");
    let plan = trainyard(repository.path(), &["plan", "--date", DAY]);
    let told = "2 parts with tags and a folder: @shop/web-client (calver:YYYY.0M.MICRO), server (semver); \
        tags of 1 other part (tool-) are left out";
    assert!(plan.stdout.contains(told), "{}", plan.transcript());
    let audit = trainyard(repository.path(), &["audit"]);
    assert!(audit.stdout.contains("server: 3 releases on 3 lines"), "{}", audit.transcript());
    assert!(!audit.stdout.contains("TY02"), "{}", audit.transcript());
}

#[test]
fn a_package_is_found_by_the_name_in_its_manifest() {
    let repository = with_parts();
    let manifest = "[package]\nname = \"tool\"\n";
    repository.commit("fix: tool", &[("crates/handy/Cargo.toml", manifest)]);
    assert_eq!(next(repository.path(), &["tool", "--tag"]), "tool-0.2.1");
    assert_eq!(next(repository.path(), &["server"]), "1.2.1");
}

#[test]
fn the_rest_of_the_repository_is_a_component_where_it_has_tags() {
    let repository = with_parts();
    for version in ["v3.0.0", "v3.1.0"] {
        repository.commit("feat: all", &[("all", version)]);
        repository.tag(version);
    }
    assert_eq!(next(repository.path(), &[]), "nothing to release");
    repository.commit("fix: server", &[("server/a", "again")]);
    assert_eq!(next(repository.path(), &[]), "nothing to release", "the folder is the part's");
    repository.commit("fix: all", &[("all", "again")]);
    assert_eq!(next(repository.path(), &["--tag"]), "v3.1.1");
    assert_eq!(next(repository.path(), &["server"]), "1.2.1");
}

#[test]
fn a_part_keeps_its_releases_under_another_name() {
    let repository = with_parts();
    for version in ["2031.06.0", "2031.06.1", "2031.07.0"] {
        repository.commit("feat: more", &[("packages/web-client/a", version)]);
        repository.tag(&format!("web-client-{version}"));
    }
    repository.tag("web-client-2031.07.1");
    repository.commit("fix: button", &[("packages/web-client/a", "again")]);
    let next = next(repository.path(), &["web-client", "--tag", "--date", "2031-08-01"]);
    assert_eq!(next, "web-client-2031.08.0");
}

#[test]
fn a_few_tags_without_a_name_are_no_whole() {
    let repository = with_parts();
    for number in 3..13 {
        repository.tag(&format!("server-v1.{number}.0"));
    }
    repository.git(&["tag", "v0.1.0", "server-v1.0.0"]);
    let plan = trainyard(repository.path(), &["plan"]);
    let told = "1 tag without a part's name is left out";
    assert!(plan.stdout.contains(told), "{}", plan.transcript());
    assert!(!plan.stdout.contains("repository  "), "{}", plan.transcript());
    let audit = trainyard(repository.path(), &["audit"]);
    assert!(!audit.stdout.contains("TY02"), "{}", audit.transcript());
}

#[test]
fn a_branch_of_a_part_is_a_line_of_it_alone() {
    let repository = with_parts();
    repository.tag("server-v1.3.0");
    repository.git(&["branch", "server-v1.2", "server-v1.2.0"]);
    repository.checkout("server-v1.2");
    repository.commit("fix: crash", &[("server/a", "old"), ("packages/web-client/a", "old")]);
    assert_eq!(next(repository.path(), &["server", "--tag"]), "server-v1.2.1");
    repository.checkout("main");
    repository.git(&["branch", "1.4"]);
    repository.commit("feat: more", &[("server/a", "more")]);
    assert_eq!(next(repository.path(), &["server"]), "1.4.0", "branch 1.4 is none of a part");
}

#[test]
fn init_writes_the_parts() {
    for whole in [false, true] {
        let repository = with_parts();
        if whole {
            repository.tag("v1.0.0");
            repository.commit("fix: all", &[("all", "1")]);
        }
        let asked = ["--tag", "--date", DAY];
        let names: &[&str] = if whole {
            &["server", "@shop/web-client", "repository"]
        } else {
            &["server", "@shop/web-client"]
        };
        let answers = || {
            names
                .iter()
                .map(|name| next(repository.path(), &[&[*name][..], &asked].concat()))
                .collect::<Vec<_>>()
        };
        let before = answers();
        let init = trainyard(repository.path(), &["init"]);
        assert_eq!(init.code, 0, "{}", init.transcript());
        let lint = trainyard(repository.path(), &["policy", "lint"]);
        assert_eq!(lint.code, 0, "{}", lint.transcript());
        assert_eq!(answers(), before);
    }
}

#[test]
fn padding_is_kept_up_to_the_release_that_dropped_it() {
    let repository = tagged(&["24.03.0", "24.09.0", "25.15.0", "26.8.0", "26.8.1"]);
    assert_eq!(next_tag(&repository), "26.9.0");
    let audit = trainyard(repository.path(), &["audit"]);
    assert!(!audit.stdout.contains("TY02"), "{}", audit.transcript());
}

#[test]
fn init_writes_what_is_adopted() {
    for tags in [
        &["v1.0.0", "v1.1.0"][..],
        &["v1.0.0a1", "v1.0.0rc1", "v1.0.0"],
        &["v1.0.0", "v1.0.1", "v1"],
        &["v2024.01.15", "v2024.02.03"],
        &["2024.1.0", "2024.2.0"],
        &["myapp-1.0.0"],
        &["server-v1.0.0", "server-v1.1.0", "web-v2.0.0"],
        &["24.03.0", "24.09.0"],
        &["24.03.0", "25.15.0", "26.8.0"],
    ] {
        let repository = tagged(tags);
        assert_same_after_init(&repository);
    }
}

/// Runs `init`, after which the same comes next.
fn assert_same_after_init(repository: &TestRepository) -> String {
    let before = next_tag(repository);
    let init = trainyard(repository.path(), &["init"]);
    assert_eq!(init.code, 0, "{}", init.transcript());
    let lint = trainyard(repository.path(), &["policy", "lint"]);
    assert_eq!(lint.code, 0, "{}", lint.transcript());
    assert_eq!(next_tag(repository), before);
    std::fs::read_to_string(repository.path().join("trainyard.toml")).unwrap()
}

#[test]
fn init_writes_where_releases_are_made() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("VERSION", "26.7.0\n")]);
    repository.tag("26.7.0");
    repository.commit("feat: scheduler", &[("VERSION", "26.8.0rc1\n")]);
    repository.tag("26.8.0rc1");
    repository.checkout_new("26.8");
    for version in ["26.8.0", "26.8.1"] {
        repository.commit(&format!("release: {version}"), &[("VERSION", version)]);
        repository.tag(version);
    }
    repository.checkout("main");
    repository.commit("feat: storage", &[("storage", "1")]);
    let text = assert_same_after_init(&repository);
    assert_eq!(next_tag(&repository), "26.9.0a1");
    for line in [
        "preset = \"pep440\"",
        "releases-from = \"lines\"",
        "mark = \"a1\"",
        "version-files = [\"VERSION\"]",
    ] {
        assert!(text.lines().any(|each| each == line), "{line} in\n{text}");
    }
}

#[test]
fn init_takes_the_preset_that_is_asked_for() {
    let repository = tagged(&["1.0rc1", "1.0"]);
    let init = trainyard(repository.path(), &["init", "--print", "--preset", "calver"]);
    assert!(init.stdout.contains("preset = \"calver\""), "{}", init.transcript());
}

#[test]
fn init_refuses_a_bare_repository_but_prints() {
    let repository = tagged(&["v1.0.0"]);
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    let init = trainyard(&bare, &["init"]);
    assert_eq!(init.code, 2, "{}", init.transcript());
    assert!(init.stderr.contains("--print"), "{}", init.stderr);
    assert!(!bare.join("trainyard.toml").exists());
    let printed = trainyard(&bare, &["init", "--print"]);
    assert_eq!(printed.code, 0, "{}", printed.transcript());
}

#[test]
fn init_finds_the_files_that_state_the_version() {
    let version_files = |files: &[(&str, &str)], arguments: &[&str]| {
        let repository = tagged(&["v1.0.0", "v1.1.0"]);
        repository.commit("chore: state the version", files);
        let init = trainyard(repository.path(), &[&["init", "--print"], arguments].concat());
        assert_eq!(init.code, 0, "{}", init.transcript());
        let found = init.stdout.lines().find(|line| line.starts_with("version-files = "));
        found.unwrap_or_default().to_owned()
    };
    let cargo = "[workspace.package]\nversion = \"1.1.0\"\n[package]\nversion.workspace = true\n";
    let package = "{\"version\": \"1.1.0\"}";
    let module = "\"\"\"A module.\"\"\"\n__version__ = '1.1.0'\n";
    for (files, expected) in [
        (
            &[("Cargo.toml", cargo)][..],
            r#"{ path = "Cargo.toml", key = "workspace.package.version" }"#,
        ),
        (
            &[("VERSION", "1.2.0-dev\n"), ("Cargo.toml", cargo), ("package.json", "{")],
            r#""VERSION""#,
        ),
        (
            &[("package.json", package), ("Chart.yaml", "version: 0.3.0\nappVersion: 1.1.0\n")],
            r#"{ path = "Chart.yaml", key = "appVersion" }, { path = "package.json", key = "version" }"#,
        ),
        (
            &[("shop/__init__.py", module), ("tests/__init__.py", module)],
            r#"{ path = "shop/__init__.py", after = "__version__ =" }"#,
        ),
        (
            &[("package.py", "name = \"maya\"\nversion = \"1.1.0\"\n")],
            r#"{ path = "package.py", after = "\nversion =" }"#,
        ),
    ] {
        assert_eq!(version_files(files, &[]), format!("version-files = [{expected}]"));
        assert_eq!(
            version_files(files, &["--preset", "semver"]),
            format!("version-files = [{expected}]")
        );
    }
    for text in ["{\"version\": \"0.0.0\"}", "{\"version\": \"1.0.9\"}", "{\"version\": 1}", "{}"] {
        assert_eq!(version_files(&[("package.json", text)], &[]), "", "{text}");
    }
}

#[test]
fn tags_that_a_policy_does_not_read_are_told() {
    let repository = tagged(&["v9.0.0", "v10.1.0"]);
    let init = trainyard(repository.path(), &["init", "--preset", "calver"]);
    let told = "2 tags look like versions, such as v10.1.0, and the policy reads none of them";
    assert!(init.stderr.contains(told), "{}", init.transcript());
    let plan = trainyard(repository.path(), &["plan", "--date", DAY]);
    assert!(plan.stdout.contains("TY0201"), "{}", plan.transcript());
    let said: Vec<_> = plan.stdout.split_whitespace().collect();
    assert!(said.join(" ").contains(told), "{}", plan.transcript());
    repository.tag("2030.5.0");
    let plan = trainyard(repository.path(), &["plan", "--date", DAY]);
    assert!(!plan.stdout.contains("TY0201"), "{}", plan.transcript());
}

/// Seconds of a day.
fn seconds(day: &str) -> i64 {
    let day: jiff::civil::Date = day.parse().unwrap();
    day.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second()
}

#[test]
fn numbers_and_dates_of_different_times_have_no_order_among_each_other() {
    let numbers = [
        ("v2016.07.0", "2016-07-30"),
        ("v2018.09.0", "2018-10-08"),
        ("2.0.0", "2019-10-01"),
        ("2.1.0", "2020-10-01"),
        ("3.0.0", "2021-10-01"),
        ("3.0.1", "2021-10-02"),
        ("3.1.0", "2021-11-01"),
        ("2.1.1", "2021-11-02"),
    ];
    let dates = [
        ("1.0.0", "2011-02-08"),
        ("8.9.0", "2022-11-15"),
        ("15.2.2", "2025-09-09"),
        ("2026.04.14", "2026-04-14"),
        ("2026.07.07", "2026-07-07"),
        ("2026.07.21", "2026-07-21"),
        ("2026.07.28", "2026-07-28"),
        ("2026.08.18", "2026-08-18"),
    ];
    let short = [
        ("v9.0.0", "2020-10-01"),
        ("v10.1.0", "2021-11-23"),
        ("v25.1.0", "2025-01-03"),
        ("v25.8.0", "2025-08-01"),
        ("v26.1.0", "2026-01-05"),
        ("v26.1.1", "2026-02-20"),
        ("v26.3.0", "2026-03-02"),
    ];
    for (tags, expected) in [(&numbers[..], "3.2.0"), (&dates, "2030.05.20"), (&short, "v30.5.0")] {
        let repository = TestRepository::new();
        for (tag, day) in tags {
            repository.set_clock(seconds(day));
            repository.commit(&format!("feat: what {tag} brings"), &[("src", tag)]);
            repository.tag(tag);
        }
        repository.commit("feat: more", &[("src", "more")]);
        assert_eq!(next_tag(&repository), expected);
        let plan = trainyard(repository.path(), &["plan"]);
        assert!(plan.stdout.contains("from before 20"), "{}", plan.transcript());
        let audit = trainyard(repository.path(), &["audit"]);
        assert!(!audit.stdout.contains("TY0201"), "{}", audit.transcript());
        assert!(!audit.stdout.contains("TY0304"), "{}", audit.transcript());
        let init = trainyard(repository.path(), &["init"]);
        assert_eq!(init.code, 0, "{}", init.transcript());
        assert_eq!(next_tag(&repository), expected, "{tags:?}");
        let lint = trainyard(repository.path(), &["policy", "lint"]);
        assert_eq!(lint.code, 0, "{}", lint.transcript());
        let again = trainyard(repository.path(), &["audit"]);
        assert_eq!(again.stdout.matches("TY").count(), audit.stdout.matches("TY").count());
    }
}
