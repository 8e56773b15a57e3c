use super::is_release;

#[test]
fn releases_name_the_version_that_they_write() {
    for (message, version) in [
        ("release: 26.8.0rc1 (#13232)", "26.8.0rc1"),
        ("chore(release): 1.2.0", "1.2.0"),
        ("v1.2.0", "1.2.0"),
        ("Bump version to 1.2.0", "1.2.0"),
        ("build: begin 1.3.0-dev.0", "1.3.0-dev.0"),
        ("Prepare for v1.2.0.", "1.2.0"),
        ("chore(release): 1:1.2~rc1-1", "1:1.2~rc1-1"),
        ("Release: 1.2.0: better", "1.2.0"),
    ] {
        assert!(is_release(message, version), "{message}");
    }
    for message in ["feat: search", "fix: read 1.2.0 files", "feat: tell the version"] {
        assert!(!is_release(message, "1.2.0"), "{message}");
    }
}
