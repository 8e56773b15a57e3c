use insta::assert_json_snapshot;
use trainyard_report::render::gitlab;

use crate::samples::mixed;

#[test]
fn issues_have_what_gitlab_demands() {
    assert_json_snapshot!(gitlab(&mixed(), "trainyard.toml"));
}
