//! `trainyard version`, as users run it.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use trainyard_testkit::{Tally, case_text};

/// Starts the command, with pipes on all sides.
#[expect(clippy::disallowed_methods, reason = "the tests of the command run the command")]
fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_trainyard"))
        .args(["--color", "never", "version"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a run came to: stdout, stderr and the exit code.
fn run(arguments: &[&str], input: impl Into<Vec<u8>>) -> (String, String, i32) {
    let mut child = start(arguments);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.into();
    let writer = std::thread::spawn(move || {
        // The command may stop reading.
        _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// The answers to questions, and the exit code.
fn ask(arguments: &[&str], questions: &[Value]) -> (Vec<Value>, i32) {
    let lines: Vec<_> = questions.iter().map(Value::to_string).collect();
    let (stdout, stderr, code) = run(&[arguments, &["--jsonl"]].concat(), lines.join("\n"));
    assert_eq!(stderr, "");
    let answers: Vec<_> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len());
    (answers, code)
}

#[test]
fn exit_codes_tell_no_from_wrong_use() {
    let code = |arguments: &[&str]| run(arguments, "").2;
    assert_eq!(code(&["parse", "1.2.3"]), 0);
    assert_eq!(code(&["parse", "1.2.3", "1.2"]), 1);
    assert_eq!(code(&["parse", "--format", "json", "1.2"]), 1);
    assert_eq!(code(&["parse", "--scheme", "none", "1.2"]), 2);
    assert_eq!(code(&["compare", "1.0.0", "2.0.0"]), 0);
    assert_eq!(code(&["compare", "1.0.0", "2.0.0", "--is", "lt"]), 0);
    assert_eq!(code(&["compare", "1.0.0", "2.0.0", "--is", ">="]), 1);
    assert_eq!(code(&["compare", "1.0.0"]), 2);
    assert_eq!(code(&["compare", "1.0.0", "x"]), 2);
    assert_eq!(code(&["sort"]), 0);
    assert_eq!(code(&["sort", "x", "1.0.0"]), 1);
    assert_eq!(code(&["next", "1.0.0", "--step", "rc"]), 2);
    assert_eq!(code(&["next", "1.0.0", "--step", "sideways"]), 2);
    assert_eq!(code(&["match", "--grammar", "npm", "--range", "^1", "1.2.3", "2.0.0"]), 0);
    assert_eq!(code(&["match", "--grammar", "npm", "--range", "^1", "2.0.0"]), 1);
    assert_eq!(code(&["match", "--grammar", "npm", "--range", "^1", "1.2.3", "x"]), 1);
    assert_eq!(code(&["match", "--grammar", "npm", "--range", ">=1.2.q", "1.2.3"]), 2);
    assert_eq!(code(&["ranges", "subset", "1.0.0", "*"]), 0);
    assert_eq!(code(&["ranges", "subset", "*", "1.0.0"]), 1);
    assert_eq!(code(&["ranges", "subset", "*"]), 2);
    assert_eq!(code(&["render", "1.0.0-x.1", "--as", "pypi"]), 2);
    assert_eq!(code(&["parse", "--jsonl"]), 0);
    assert_eq!(code(&["parse", "--jsonl", "1.0.0"]), 2);
}

#[test]
fn every_invalid_line_is_reported_with_its_number_and_the_others_are_sorted() {
    let (stdout, stderr, code) = run(&["sort"], "1.10.0\r\n\nten\n1.9.0\n1.9\n");
    assert_eq!(stdout, "1.9.0\n1.10.0\n");
    assert!(stderr.contains("line 3: `ten`") && stderr.contains("line 5: `1.9`"), "{stderr}");
    assert_eq!(code, 1);
}

#[test]
fn a_program_may_wait_for_each_answer_before_it_asks_again() {
    fn next_line(stdout: &mut BufReader<ChildStdout>) -> String {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        line
    }

    let mut child = start(&["compare", "--jsonl"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for (right, order) in [("1.0.1", "<"), ("1.0.0", "="), ("0.9.0", ">")] {
        writeln!(stdin, r#"{{"left":"1.0.0","right":"{right}"}}"#).unwrap();
        stdin.flush().unwrap();
        let answer: Value = serde_json::from_str(&next_line(&mut stdout)).unwrap();
        assert_eq!(answer["order"], order);
    }
    drop(stdin);
    assert_eq!(next_line(&mut stdout), "");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let mut child = start(&["parse", "--jsonl"]);
    let mut stdin = child.stdin.take().unwrap();
    drop(child.stdout.take());
    for _ in 0..100_000 {
        if writeln!(stdin, r#"{{"version":"1.2.3"}}"#).is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn lines_of_several_megabytes_are_answered() {
    let long = "1.".repeat(1_000_000) + "1";
    let (answers, code) = ask(
        &["compare"],
        &[
            json!({"scheme": "pep440", "left": long, "right": long}),
            json!({"left": long, "right": "1.0.0"}),
            json!({"left": "1.0.0", "right": "1.0.0"}),
        ],
    );
    assert_eq!(answers[0]["order"], "=");
    assert_eq!(answers[1]["error"]["position"], 5);
    assert_eq!(answers[2]["order"], "=");
    assert_eq!(code, 1);
}

/// The vectors of a file of cases.
fn vectors(file: &str) -> Option<Vec<Value>> {
    let text = case_text(&format!("versions/{file}"))?;
    let document: Value = serde_json::from_str(&text).unwrap();
    Some(document["vectors"].as_array().unwrap().clone())
}

/// Sends every vector through the command as the `id` of its question, and counts the right answers.
fn tally(
    file: &str,
    arguments: &[&str],
    question: impl Fn(&Value) -> Value,
    is_right: impl Fn(&Value, &Value) -> bool,
) {
    let Some(vectors) = vectors(file) else { return };
    let questions: Vec<_> = vectors
        .iter()
        .map(|vector| {
            let mut question = question(vector);
            question["id"] = vector.clone();
            question
        })
        .collect();
    let (answers, _) = ask(arguments, &questions);
    let mut tally = Tally::new(file);
    for (vector, answer) in vectors.iter().zip(answers) {
        let right = answer["id"] == *vector && is_right(vector, &answer);
        tally.check(right, || answer.to_string());
    }
    tally.finish();
}

#[test]
fn debian_comparison_cases_run_through_json_lines() {
    tally(
        "dpkg__version_compare.json",
        &["compare", "--scheme", "debian"],
        |vector| json!({"left": vector["a"], "right": vector["b"]}),
        |vector, answer| {
            let expected = ["<", "=", ">"];
            let index = vector["cmp"].as_i64().and_then(|order| usize::try_from(order + 1).ok());
            answer["order"] == expected[index.unwrap()]
        },
    );
}

#[test]
fn npm_comparison_cases_run_through_json_lines() {
    tally(
        "node_semver__comparisons.json",
        &["compare", "--grammar", "npm", "--is", "gt"],
        |vector| {
            let loose =
                vector["options"] == json!(true) || vector["options"]["loose"] == json!(true);
            json!({"left": vector["greater"], "right": vector["lesser"], "loose": loose})
        },
        |_, answer| answer["holds"] == true,
    );
}

#[test]
fn npm_intersection_cases_run_through_json_lines() {
    tally(
        "node_semver__range_intersection.json",
        &["ranges", "disjoint", "--grammar", "npm"],
        |vector| json!({"ranges": [vector["r0"], vector["r1"]]}),
        |vector, answer| {
            answer["holds"].as_bool() == vector["intersects"].as_bool().map(|yes| !yes)
        },
    );
}

#[test]
fn npm_below_range_cases_run_through_json_lines() {
    tally(
        "node_semver__version_lt_range.json",
        &["match", "--grammar", "npm"],
        |vector| {
            let options = &vector["options"];
            let loose = *options == json!(true) || options["loose"] == json!(true);
            let pre = options["includePrerelease"] == json!(true);
            let version = &vector["version_ltr"];
            json!({"version": version, "range": vector["range"], "loose": loose, "pre": pre})
        },
        |_, answer| answer["below"] == true && answer["matches"] == false,
    );
}

#[test]
fn pep440_order_cases_run_through_sort() {
    let Some(vectors) = vectors("packaging__version_order.json") else { return };
    let expected: Vec<_> = vectors.iter().map(|vector| vector["version"].clone()).collect();
    let mut shuffled = expected.clone();
    shuffled.reverse();
    shuffled.rotate_left(expected.len() / 3);
    let (answers, code) = ask(&["sort", "--scheme", "pep440"], &[json!({"versions": shuffled})]);
    assert_eq!(answers[0]["versions"], Value::from(expected));
    assert_eq!(code, 0);
}
