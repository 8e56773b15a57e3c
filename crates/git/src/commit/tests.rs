use super::*;

fn id(digit: char) -> String {
    digit.to_string().repeat(40)
}

#[test]
fn reads_a_merge_with_a_signature() {
    let text = format!(
        "tree {}\nparent {}\nparent {}\nauthor A <a@b> 1 +0000\ncommitter C > <c@d> 1700000000 -0330\n\
         gpgsig -----BEGIN\n committer X <x> 5 +0000\n -----END\n\nsubject\n\nbody\n",
        id('1'),
        id('2'),
        id('3')
    );
    let commit = CommitText::parse(text.as_bytes()).unwrap();
    assert_eq!(commit.tree.to_string(), id('1'));
    assert_eq!(commit.parents.len(), 2);
    assert_eq!(
        commit.when,
        Moment { seconds: 1_700_000_000, offset_seconds: -(3 * 3600 + 30 * 60) }
    );
    assert_eq!(commit.message, b"subject\n\nbody\n");
}

#[test]
fn takes_what_is_malformed_as_far_as_it_goes() {
    let odd = format!("tree {}\ncommitter nobody\n", id('1'));
    let commit = CommitText::parse(odd.as_bytes()).unwrap();
    assert_eq!(commit.when, Moment::default());
    assert_eq!(commit.message, b"");
    assert!(CommitText::parse(b"").is_none());
    assert!(CommitText::parse(b"tree 123\n").is_none());
    assert!(CommitText::parse(format!("tree {}", id('g')).as_bytes()).is_none());
}

#[test]
fn reads_tags_with_and_without_a_tagger() {
    let old = format!("object {}\ntype commit\ntag v1\n\nmessage\ntagger T <t> 9 +0000\n", id('a'));
    assert_eq!(TagText::parse(old.as_bytes()).unwrap().when, None);
    let new =
        format!("object {}\ntype commit\ntag v1\ntagger T <t@u> 9 +0100\n\nmessage\n", id('a'));
    let when = TagText::parse(new.as_bytes()).unwrap().when;
    assert_eq!(when, Some(Moment { seconds: 9, offset_seconds: 3600 }));
    assert!(TagText::parse(b"object x").is_none());
}

#[test]
fn refuses_offsets_that_are_none() {
    assert_eq!(offset("+0000"), Some(0));
    assert_eq!(offset("+051800"), None);
    assert_eq!(offset("0100"), None);
    assert_eq!(offset("--100"), None);
    assert_eq!(offset("+ü1"), None);
}
