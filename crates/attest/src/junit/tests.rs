use std::io::{BufReader, Read};

use super::{Junit, JunitError, Skipped, TestCounts, TestRun};
use crate::{Outcome, Tests};

fn run_with(report: &str, skipped: Skipped) -> Result<TestRun, JunitError> {
    let mut junit = Junit::default();
    // By single bytes, so that whatever hangs on the borders of what is read at once is met.
    junit.read(BufReader::with_capacity(1, report.as_bytes()))?;
    let mut at_once = Junit::default();
    at_once.read(report.as_bytes())?;
    let run = junit.finish(skipped)?;
    assert_eq!(run, at_once.finish(skipped)?);
    Ok(run)
}

fn run(report: &str) -> TestRun {
    run_with(report, Skipped::Ignored).unwrap()
}

fn refused(report: &str) -> JunitError {
    run_with(report, Skipped::Ignored).unwrap_err()
}

fn counts(passed: u64, flaky: u64, skipped: u64, failed: u64) -> TestCounts {
    TestCounts { passed, flaky, skipped, failed }
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn pytest() {
    let report = r#"<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="2" tests="5" time="0.031" timestamp="2026-11-20T10:00:00.000000+00:00" hostname="render-7">
<testcase classname="tests.test_open" name="test_open[a &lt; b]" time="0.001"/>
<testcase classname="tests.test_open" name="test_save" time="0.002"><failure message="assert 1 == 2">def test_save():
&gt;       assert 1 == 2
E       &amp;nothing; &lt;testcase/&gt;</failure><system-out><![CDATA[<testcase name="no"> ]]]]><![CDATA[> ]]></system-out></testcase>
<testcase classname="tests.test_open" name="test_gpu" time="0.000"><skipped type="pytest.skip" message="no gpu">here</skipped></testcase>
<testcase classname="tests.test_open" name="test_known" time="0.000"><skipped type="pytest.xfail" message="later" /></testcase>
<testcase classname="tests.test_open" name="test_fixture" time="0.000"><error message="failed on setup">x</error></testcase>
</testsuite></testsuites>
"#;
    let told = run(report);
    assert_eq!(told.outcome, Outcome::Failed);
    assert_eq!(told.counts, counts(1, 0, 2, 2));
    let tests = Tests {
        passed: texts(&["tests.test_open::test_open[a < b]"]),
        warned: Vec::new(),
        failed: texts(&["tests.test_open::test_save", "tests.test_open::test_fixture"]),
    };
    assert_eq!(told.tests, tests);
    assert_eq!(told.unnamed, 0);
}

#[test]
fn surefire_and_its_flaky_tests() {
    let report = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://maven.example/surefire.xsd" version="3.0" name="org.example.OpenTest" time="0.05" tests="3" errors="0" skipped="0" failures="0">
  <properties><property name="java.version" value="21"/></properties>
  <testcase name="opens" classname="org.example.OpenTest" time="0.01"/>
  <testcase name="saves" classname="org.example.OpenTest" time="0.02">
    <flakyFailure message="once" type="AssertionError"><stackTrace><![CDATA[at x]]></stackTrace><system-out>x</system-out></flakyFailure>
  </testcase>
  <testcase name="closes" classname="org.example.OpenTest" time="0.02"/>
</testsuite>"#;
    let told = run(report);
    assert_eq!(told.outcome, Outcome::Warned);
    assert_eq!(told.counts, counts(2, 1, 0, 0));
    assert_eq!(told.tests.warned, ["org.example.OpenTest::saves"]);
    let failing = report.replace(
        "</testcase>\n  <testcase name=\"closes\"",
        "<failure/></testcase>\n  <testcase name=\"closes\"",
    );
    assert_eq!(run(&failing).counts, counts(2, 0, 0, 1));
}

#[test]
fn nextest() {
    let report = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="3" failures="1" errors="0" uuid="a-b" timestamp="2026-11-20T10:00:00.000+00:00" time="0.1">
    <testsuite name="studio::it" tests="3" disabled="0" errors="0" failures="1">
        <testcase name="open::works" classname="studio::it" timestamp="2026-11-20T10:00:00.000+00:00" time="0.01">
        </testcase>
        <testcase name="open::flaky" classname="studio::it" time="0.01">
            <flakyFailure timestamp="2026-11-20T10:00:00.000+00:00" time="0.01" type="test failure"/>
        </testcase>
        <testcase name="open::broken" classname="studio::it" time="0.01">
            <failure type="test failure with exit code 101">thread panicked</failure>
            <rerunFailure time="0.01" type="test failure with exit code 101"></rerunFailure>
            <system-out>running 1 test</system-out>
        </testcase>
    </testsuite>
</testsuites>"#;
    assert_eq!(run(report).counts, counts(1, 1, 0, 1));
    assert_eq!(run(report).tests.failed, ["studio::it::open::broken"]);
}

#[test]
fn gtest() {
    let report = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" disabled="1" errors="0" time="0.002" name="AllTests">
  <testsuite name="Open" tests="4" failures="1" disabled="1" skipped="1" errors="0" time="0.001">
    <testcase name="Works" file="open.cc" line="3" status="run" result="completed" time="0." classname="Open" />
    <testcase name="DISABLED_Slow" status="notrun" result="suppressed" time="0." classname="Open" />
    <testcase name="Skips" status="run" result="skipped" time="0." classname="Open"><skipped message="open.cc:9&#x0A;no gpu"><![CDATA[open.cc:9
no gpu]]></skipped></testcase>
    <testcase name="Breaks" value_param="7" status="run" result="completed" time="0." classname="Open">
      <failure message="open.cc:12&#x0A;Expected equality" type=""><![CDATA[open.cc:12]]></failure>
    </testcase>
  </testsuite>
</testsuites>"#;
    assert_eq!(run(report).counts, counts(1, 0, 2, 1));
}

#[test]
fn jest() {
    let report = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests" tests="2" failures="0" errors="0" time="1.2">
  <testsuite name="panel" errors="0" failures="0" skipped="1" timestamp="2026-11-20T10:00:00" time="0.9" tests="2">
    <testcase classname="panel opens" name="panel opens" time="0.006">
    </testcase>
    <testcase classname="panel closes" name="panel closes" time="0">
      <skipped/>
    </testcase>
  </testsuite>
</testsuites>"#;
    let told = run(report);
    assert_eq!(told.outcome, Outcome::Passed);
    assert_eq!(told.tests, Tests { passed: texts(&["panel opens"]), ..Tests::default() });
    let warned = run_with(report, Skipped::Warns).unwrap();
    assert_eq!(warned.outcome, Outcome::Warned);
    assert_eq!(warned.tests.warned, ["panel closes"]);
}

#[test]
fn suites_stand_in_suites() {
    let report = r#"<testsuites><testsuite name="a"><testsuite name="b"><testcase name="t"/></testsuite>
        <testcase name="u" status="FAILED"/></testsuite></testsuites>"#;
    let told = run(report);
    assert_eq!(told.tests.passed, ["b::t"]);
    assert_eq!(told.tests.failed, ["a::u"]);
}

#[test]
fn failures_that_no_test_shows_are_not_lost() {
    let stated = r#"<testsuite name="a" tests="1" errors="1"><testcase name="t" classname="a"/></testsuite>"#;
    let told = run(stated);
    assert_eq!(told.counts, counts(1, 0, 0, 1));
    assert_eq!(told.tests.failed, ["a"]);
    let shown = r#"<testsuite name="a" errors="1"><error message="broke"/></testsuite>"#;
    assert_eq!(run(shown).counts, counts(0, 0, 0, 1));
    // Each failure once, however many suites around it state it.
    let nested = r#"<testsuites failures="1"><testsuite name="a" failures="1"><testcase name="t"><failure/></testcase></testsuite></testsuites>"#;
    assert_eq!(run(nested).counts, counts(0, 0, 0, 1));
}

#[test]
fn no_test_proves_nothing() {
    for report in [
        "<testsuites/>",
        "<testsuite tests=\"0\"></testsuite>",
        "<testsuites> <testsuite/></testsuites>",
    ] {
        assert_eq!(
            refused(report).to_string(),
            "no test ran: the report has 0 skipped tests and no other"
        );
    }
    let skipped = "<testsuite><testcase name=\"t\"><skipped/></testcase></testsuite>";
    assert!(matches!(refused(skipped), JunitError::NoTest { skipped: 1 }));
}

#[test]
fn several_reports_are_one_run() {
    let mut junit = Junit::default();
    junit.read(&b"<testsuite name='a'/>"[..]).unwrap();
    junit.read(&b"<testsuite name='a'><testcase name='t'/></testsuite>"[..]).unwrap();
    junit.read(&b"\xef\xbb\xbf<testsuite name='b'><testcase name='t'/></testsuite>\n"[..]).unwrap();
    assert_eq!(junit.finish(Skipped::Ignored).unwrap().tests.passed, ["a::t", "b::t"]);
}

#[test]
fn what_is_no_report_is_refused() {
    use JunitError as E;
    let test = "<testcase name='t'/>";
    let forms = [
        String::new(),
        "plain".to_owned(),
        "{}".to_owned(),
        "<html/>".to_owned(),
        test.to_owned(),
        "<>".to_owned(),
        format!("<testsuite>{test}</testsuite>text"),
        format!("<testsuite>{test}</testsuite><testsuite>{test}</testsuite>"),
        format!("<testsuite><properties>{test}</properties></testsuite>"),
        format!("<testsuite><testcase>{test}</testcase></testsuite>"),
    ];
    for report in &forms {
        assert!(matches!(refused(report), E::Form), "{report}: {:?}", refused(report));
    }
    for report in
        ["<testsuite>", "<testsuite><testcase name='t'>", "<testsuite><testcase/><system-out>"]
    {
        assert!(matches!(refused(report), E::CutOff), "{report}");
    }
    for report in [
        "<testsuite></testsuites>",
        "<testsuite><testcase name='&unknown;'/></testsuite>",
        "<testsuite><testcase name=t/></testsuite>",
        "<testsuite><testcase name='",
    ] {
        assert!(matches!(refused(report), E::Xml(_)), "{report}: {:?}", refused(report));
    }
    let entities = "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><testsuite><testcase name='&a;'/></testsuite>";
    assert!(matches!(refused(entities), E::DocumentType));
    let number = "<testsuite failures='many'/>";
    assert!(matches!(refused(number), E::Number("failures", _)));
    let twice = "<testsuite><testcase name='a' name='b'/></testsuite>";
    assert!(matches!(refused(twice), E::Attributes));
    let utf_16: Vec<u8> = "<testsuite/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(Junit::default().read(utf_16.as_slice()).is_err());
    assert!(Junit::default().read(&b"<testsuite><testcase name='\xff'/></testsuite>"[..]).is_err());
}

#[test]
fn hostile_reports_end_soon() {
    let deep = format!("<testsuite>{}", "<a>".repeat(1_000_000));
    assert!(matches!(refused(&deep), JunitError::Deep));
    let wide: String = (0..200_000)
        .flat_map(|number| [" a".to_owned(), number.to_string(), "='1'".to_owned()])
        .collect();
    assert!(matches!(refused(&format!("<testsuite{wide}/>")), JunitError::Attributes));
    let long = format!("<testsuite name='{}", "x".repeat((16 << 20) + 1));
    let mut junit = Junit::default();
    assert!(matches!(junit.read(long.as_bytes()), Err(JunitError::LongTag)));
    let comment =
        format!("<testsuite><!-- {} --><testcase name='t'/></testsuite>", "-->".repeat(9));
    assert_eq!(run(&comment).counts, counts(1, 0, 0, 0));
}

#[test]
fn long_and_many_names_are_cut() {
    let name = "é".repeat(400);
    let report = format!(
        "<testsuite><testcase name='a&#10;b'/><testcase name='{name}'/><testcase/></testsuite>"
    );
    let told = run(&report);
    assert_eq!(told.tests.passed[0], "a b");
    assert!(told.tests.passed[1].starts_with("éé") && told.tests.passed[1].len() < 520);
    assert_eq!(told.tests.passed[2], "(a test without a name)");
    let many = "<testcase name='some test'/>".repeat(60_000);
    let failed = many.replace("/>", "><failure/></testcase>");
    let told = {
        let mut junit = Junit::default();
        junit.read(format!("<testsuite name='a'>{many}{failed}</testsuite>").as_bytes()).unwrap();
        junit.finish(Skipped::Ignored).unwrap()
    };
    assert_eq!(told.counts, counts(60_000, 0, 0, 60_000));
    assert_eq!(told.tests.passed, Vec::<String>::new());
    assert_eq!(told.tests.failed[0], "a::some test");
    assert_eq!(told.tests.failed.len() as u64 + told.unnamed, 120_000);
}

/// A report of a hundred megabytes, most of them in what one test printed, that nowhere stands as a whole.
#[test]
fn long_reports_are_read_as_they_come() {
    let head: &[u8] = b"<testsuite name='a'><testcase name='t'><system-out><![CDATA[";
    let tail: &[u8] = b"]]></system-out></testcase></testsuite>";
    let output = std::io::repeat(b'<').take(100 << 20);
    let report = BufReader::with_capacity(1 << 16, head.chain(output).chain(tail));
    let mut junit = Junit::default();
    junit.read(report).unwrap();
    assert_eq!(junit.finish(Skipped::Warns).unwrap().counts, counts(1, 0, 0, 0));
}
