//! Files that nobody wrote in good faith: each ends soon, and none counts as compatible.

use trainyard_evidence::{Class, Memo, MemoryTree};
use trainyard_testkit::Effort;

use crate::migration_texts::compare;

const HEADER: &str =
    "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'b2'\ndown_revision = 'a1'\n";

/// Compares a base with what is put on top of it, and gives the heaviest class.
fn judge(text: impl Into<Vec<u8>>) -> Class {
    let base = (
        "db/versions/a1.py",
        b"revision = 'a1'\ndown_revision = None\ndef upgrade():\n    pass\n".to_vec(),
    );
    let effort = Effort::begin();
    let changes = compare(
        &MemoryTree::new([base.clone()]),
        &MemoryTree::new([base, ("db/versions/b2.py", text.into())]),
        &Memo::default(),
    );
    effort.assert_below(10, "a revision");
    changes.iter().map(|change| change.class).max().expect("something is told")
}

fn upgrade(body: &str) -> String {
    format!("{HEADER}def upgrade():\n{body}\n")
}

#[test]
fn what_cannot_be_read_is_told() {
    assert_eq!(judge(vec![b'#'; 3 << 20]), Class::Unknown);
    assert_eq!(judge(vec![0xff, 0xfe, 0x00]), Class::Unknown);
    assert_eq!(
        judge(format!("{HEADER}x = {}1{}\n", "(".repeat(90_000), ")".repeat(90_000))),
        Class::Unknown
    );
    assert_eq!(judge(format!("{HEADER}def upgrade(:\n")), Class::Unknown);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    assert_eq!(judge(pointer), Class::Unknown);
}

#[test]
fn what_goes_on_for_ever_is_unknown() {
    let doubling: String =
        (0..60).map(|_| "    s = s + s\n".to_owned()).collect::<Vec<_>>().concat();
    let loops: String = (0..12)
        .map(|depth| format!("{}for x{depth} in range_of:\n", "    ".repeat(depth + 1)))
        .collect::<Vec<_>>()
        .concat();
    let deep_loops = format!(
        "    range_of = [{}]\n{loops}{}op.drop_index(str(x0))",
        "1, ".repeat(50),
        "    ".repeat(13)
    );
    assert_eq!(judge(upgrade(&deep_loops)), Class::Unknown);
    // The text grows until nothing is known of it, and then it is executed.
    assert_eq!(
        judge(upgrade(&format!("    s = 'SELECT 1;'\n{doubling}    op.execute(s)"))),
        Class::Unknown
    );
    let lists: String =
        (0..40).map(|_| "    s = s + s + [s]\n".to_owned()).collect::<Vec<_>>().concat();
    assert_eq!(judge(upgrade(&format!("    s = ['a']\n{lists}    op.execute(s)"))), Class::Unknown);
}

#[test]
fn what_is_copied_again_and_again_ends() {
    let names: String = (0..6_000)
        .map(|n| format!("n{n} = 1\nif n{n}:\n    m{n} = 2\n"))
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(judge(format!("{HEADER}{names}def upgrade():\n    pass\n")), Class::Unknown);
    let long = "x".repeat(400_000);
    let texts: String =
        (0..10_000).map(|n| format!("    t{n} = s + '{n}'\n")).collect::<Vec<_>>().concat();
    assert_eq!(judge(upgrade(&format!("    s = '{long}'\n{texts}"))), Class::Unknown);
    let steps: String = (0..10_000)
        .map(|_| "    op.execute(s)\n    op.execute('SELECT 1')\n".to_owned())
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(
        judge(upgrade(&format!("    s = '{}'\n{steps}", "SELECT 2; ".repeat(20_000)))),
        Class::Unknown
    );
}

#[test]
fn functions_that_call_each_other_end() {
    let body = "def f(n):\n    g(n)\n    g(n)\ndef g(n):\n    f(n)\n    f(n)\n    op.drop_table('users')\ndef upgrade():\n    f(1)\n";
    assert_eq!(judge(format!("{HEADER}{body}")), Class::Breaking);
    let chain: String = (0..2_000)
        .map(|n| format!("def f{n}():\n    f{0}()\n    f{0}()\n", n + 1))
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(judge(format!("{HEADER}{chain}def upgrade():\n    f0()\n")), Class::Unknown);
    let nested: String =
        (0..60).map(|n| format!("{}if x:\n", "    ".repeat(n + 1))).collect::<Vec<_>>().concat();
    assert_eq!(
        judge(upgrade(&format!("{nested}{}op.drop_table('users')", "    ".repeat(61)))),
        Class::Breaking
    );
}

#[test]
fn many_revisions_cost_little() {
    let chain = |count: u32, salt: &str| {
        MemoryTree::new((0..count).map(|n| {
            let parent = if n == 0 { "None".to_owned() } else { format!("'r{}'", n - 1) };
            let text = format!(
                "{salt}revision = 'r{n}'\ndown_revision = {parent}\ndef upgrade():\n    pass\n"
            );
            (format!("db/versions/r{n}.py"), text)
        }))
    };
    let effort = Effort::begin();
    let changes = compare(&chain(3_000, ""), &chain(6_000, "# new\n"), &Memo::default());
    assert_eq!(changes.len(), 6_000);
    effort.assert_below(10, "a chain");
}
