//! Plans and journals that something went wrong with, and systems that do not play along.

use std::process::Stdio;

use super::{alembic::product, application::Installation, tools::run};

/// An installation whose services take a while to stop, and nothing else that a program does.
fn installed(stop: &str) -> Installation {
    let installed = Installation::of(product(), "v1.0.1", "");
    let text = format!(
        "name = \"x\"\n[components.repository]\ncheckout = \"installed\"\n\n\
         [components.repository.services]\nstop = [{stop}]\n"
    );
    std::fs::write(installed.beside("deployment.toml"), text).unwrap();
    let told = installed.keep_plan("1.1.0");
    assert_eq!(told.code, 1, "{}", told.transcript());
    let done = installed.apply(&["--yes", "--done", "1.1-backup", "--dry-run"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    installed
}

#[test]
fn a_second_run_is_refused() {
    let installed = installed("[\"sh\", \"-c\", \"touch ../stopping; sleep 1\"]");
    let mut first = installed.apply_command();
    first.args(["--yes", "--done", "1.1-backup"]).stdin(Stdio::null());
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !installed.beside("stopping").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let second = installed.apply(&["--yes"]);
    assert_eq!(second.code, 3, "{}", second.transcript());
    assert!(second.stderr.contains("is being carried out"), "{}", second.stderr);
    // Also one that writes elsewhere.
    let journal = installed.beside("other.journal");
    let third = installed.apply(&["--yes", "--journal", journal.as_str()]);
    assert_eq!(third.code, 3, "{}", third.transcript());
    assert!(!journal.exists());
    first.wait().unwrap();
    let count = installed.records().iter().filter(|record| record.0 == "begun").count();
    assert_eq!(count, 1, "{}", installed.journal());
}

#[test]
fn a_plan_that_was_edited_in_between_is_refused() {
    let installed = installed("[\"true\"]");
    installed.apply(&["--yes", "--done", "1.1-backup"]);
    let written = installed.journal();
    let text = std::fs::read_to_string(installed.plan_file()).unwrap();
    for (was, is) in [
        ("\"true\"", "\"false\""),
        ("1.2-stop", "1.1-backup"),
        ("\"to\": \"1.1.0\"", "\"to\": \"1.1\""),
    ] {
        let edited = text.replace(was, is);
        assert_ne!(edited, text, "{was}");
        std::fs::write(installed.plan_file(), edited).unwrap();
        let refused = installed.apply(&["--yes"]);
        assert!([2, 3].contains(&refused.code), "{}", refused.transcript());
        assert!(refused.stderr.contains("hint"), "{}", refused.stderr);
        assert_eq!(installed.journal(), written);
    }
    // Layout is no difference.
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    std::fs::write(installed.plan_file(), value.to_string()).unwrap();
    let goes_on = installed.apply(&["--yes"]);
    assert_eq!(goes_on.code, 1, "{}", goes_on.transcript());
    assert!(goes_on.stderr.contains("a person has to do this"), "{}", goes_on.stderr);
}

#[test]
fn a_damaged_journal_says_what_to_do() {
    let installed = installed("[\"true\"]");
    installed.apply(&["--yes", "--done", "1.1-backup"]);
    let path = installed.beside("plan.json.journal");
    let damaged = installed.journal().replacen("1.2-stop", "1.3-stop", 1);
    std::fs::write(&path, damaged).unwrap();
    let refused = installed.apply(&["--yes"]);
    assert_eq!(refused.code, 3, "{}", refused.transcript());
    for words in ["line 3 of the journal", "is not as it was written", "make a new plan from there"]
    {
        assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
    }
}

/// Where no file can grow any more, nothing is run that could not be written down.
#[test]
fn a_full_disk_stops_before_the_command() {
    let installed = installed("[\"sh\", \"-c\", \"echo >> ../stops\"]");
    let begun = "{\"what\":\"begun\"";
    // From a limit where not even the first line can be written to one where everything can, in half a KiB each.
    let file = installed.plan_file();
    let program = env!("CARGO_BIN_EXE_trainyard");
    let padding = installed.beside("long").join("x".repeat(60));
    std::fs::create_dir_all(&padding).unwrap();
    let script = format!(
        "trap '' XFSZ; ulimit -f \"$1\" || exit 9; exec {program} upgrade apply {file} --yes --done 1.1-backup \
         --journal \"$2\""
    );
    for (limit, may_run) in [("0", Some(false)), ("1", None), ("8", Some(true))] {
        let journal = padding.join(limit);
        let words = ["-c", &script, "sh", limit, journal.as_str()];
        let ended = run(installed.repository.path(), "", "sh", &words);
        assert_ne!(ended.code, 9, "{}", ended.transcript());
        let written = std::fs::read_to_string(&journal).unwrap_or_default();
        let ran = installed.beside("stops").exists();
        assert!(may_run.is_none_or(|may_run| ran == may_run), "{}", ended.transcript());
        assert!(!ran || written.contains(begun), "{written}");
        if may_run == Some(false) {
            assert_eq!(ended.code, 3, "{}", ended.transcript());
            assert!(ended.stderr.contains("cannot use the journal"), "{}", ended.stderr);
        }
        // With room again, it goes on.
        let goes_on = installed.apply(&["--yes", "--journal", journal.as_str()]);
        let is_far = goes_on.stderr.contains("a person has to do this");
        assert!(goes_on.code == 1 && is_far, "{}", goes_on.transcript());
        _ = std::fs::remove_file(installed.beside("stops"));
    }
}
