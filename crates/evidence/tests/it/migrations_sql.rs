//! How tools name their files of SQL, and what a comparison of two trees says of them.

use insta::assert_snapshot;
use proptest::prelude::*;
use trainyard_evidence::{Memo, MemoryTree, Side, migrations::environments};
use trainyard_testkit::Effort;

use crate::sql::verdict;

/// What a comparison says, a line each.
fn told(old: &[(&str, &str)], new: &[(&str, &str)]) -> String {
    let verdict = verdict(old, new);
    let lines = verdict.changes.iter().map(|change| {
        let path = change.source.path.as_ref().map_or("-", |path| path.as_str());
        format!(
            "{} {} {} | {} | {path}\n",
            change.class, change.rule, change.subject, change.sentence
        )
    });
    lines.collect()
}

/// The environments of files, with their migrations and what stands before each.
fn listed(files: &[(&str, &str)]) -> String {
    let tree = MemoryTree::new(files.to_vec());
    let side = Side::new(&tree, |_| true);
    let (environments, troubles) = environments(&side, &Memo::default());
    let mut lines = Vec::new();
    for environment in environments {
        lines.push(format!("{} in {}", environment.framework, environment.folder));
        for one in &environment.migrations {
            let back = if one.backward.is_some() { ", with a way back" } else { "" };
            let again = if one.repeats { ", again and again" } else { "" };
            lines.push(format!("  {} after {:?} ({}){back}{again}", one.id, one.parents, one.path));
        }
    }
    lines.extend(troubles.into_iter().map(|trouble| trouble.sentence));
    lines.join("\n")
}

const MAKE: &str = "CREATE TABLE ship (id int);";

#[test]
fn tools_are_told_apart_by_their_files() {
    let goose = "-- +goose Up\nCREATE TABLE ship (id int);\n-- +goose Down\nDROP TABLE ship;\n";
    assert_snapshot!(listed(&[
        ("a/db/migration/V1__first.sql", MAKE),
        ("a/db/migration/more/V1_2__next.sql", MAKE),
        ("a/db/migration/V10.0__last.sql", MAKE),
        ("a/db/migration/U10.0__last.sql", "DROP TABLE ship;"),
        ("a/db/migration/R__views.sql", "CREATE OR REPLACE VIEW v AS SELECT 1;"),
        ("b/migrations/2024-01-31-120000_first/up.sql", MAKE),
        ("b/migrations/2024-01-31-120000_first/down.sql", "DROP TABLE ship;"),
        ("b/migrations/2023-01-31-120000-0000_zeroth/up.sql", MAKE),
        ("b/migrations/2023-01-31-120000-0000_zeroth/metadata.toml", ""),
        ("c/prisma/migrations/20240131120000_first/migration.sql", MAKE),
        ("c/prisma/migrations/20240131120001_next/migration.sql", MAKE),
        ("c/prisma/migrations/migration_lock.toml", ""),
        ("d/migrations/00001_first.sql", goose),
        (
            "d/migrations/00002_next.go",
            "package x\nfunc init() { goose.AddMigrationContext(up, down) }\n"
        ),
        ("d/migrations/00002_next_test.go", "package x"),
        ("e/migrations/20240131120000_first.sql", MAKE),
        ("e/migrations/20240131120001_next.up.sql", MAKE),
        ("e/migrations/20240131120001_next.down.sql", "DROP TABLE ship;"),
        ("f/migrations/9_first.sql", MAKE),
        ("f/migrations/10_next.sql", MAKE),
        ("f/migrations/README.md", ""),
        ("f/queries/11_no_migration.sql", MAKE),
        ("g/db/migrate/20240131120000_create_ships.rb", "create_table :ships"),
        ("g/db/schema.rb", ""),
        ("h/schemas/migrations/00000001.sql", MAKE),
        ("h/schemas/schema.public.sql", MAKE),
        ("h/schemas/schema.drop.sql", "DROP TABLE ship;"),
        (
            "i/migrations/20240131120000_first.sql",
            "-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABLE ship;"
        ),
    ]));
}

/// The rule for a file that is the first and only one.
fn alone(text: &str) -> String {
    let changes = verdict(&[], &[("db/migrations/0001_first.sql", text)]).changes;
    changes.iter().map(|change| change.rule.as_str()).collect()
}

#[test]
fn only_the_way_forward_counts() {
    let both = |up: &str, down: &str| {
        format!("{up}\nALTER TABLE ship ADD COLUMN flag text;\n{down}\nDROP TABLE ship;\n")
    };
    for (up, down) in [
        ("-- +goose Up", "-- +goose Down"),
        ("--+goose up", "--  +goose DOWN"),
        ("-- migrate:up transaction:false", "-- migrate:down"),
        ("-- +migrate Up", "-- +migrate Down"),
        ("-- Up Migration", "-- Down Migration"),
    ] {
        assert_eq!(alone(&both(up, down)), "migrations.additive", "{up}");
    }
    let body = "-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS void AS $$ BEGIN DELETE FROM ship; END; \
                $$ LANGUAGE plpgsql;\n-- +goose StatementEnd\nSELECT f();";
    assert_eq!(alone(body), "migrations.destructive");
}

#[test]
fn an_edit_is_told_by_what_it_means() {
    let path = "db/migrations/0001_ship.sql";
    let other = ("db/migrations/0002_next.sql", "SELECT 1;");
    let old =
        [(path, "create table Ship (ID int); -- first\nDO $$ begin perform 1; end $$;"), other];
    assert_snapshot!(told(
        &old,
        &[(path, "/* better */ CREATE TABLE ship\n(id INT);DO $$BEGIN PERFORM 1;END$$ ;"), other]
    ));
    assert_snapshot!(told(
        &old,
        &[(path, "CREATE TABLE ship (id bigint); DO $$ BEGIN PERFORM 1; END $$;"), other]
    ));
    assert_snapshot!(told(&old, &[other]));
}

#[test]
fn two_files_of_one_number_are_told() {
    let first = ("db/migrations/20240131120000_ship.sql", MAKE);
    let other = ("db/migrations/20240131120000_port.sql", "CREATE TABLE port (id int);");
    assert_snapshot!(told(&[first], &[first, other]));
    assert_snapshot!(told(&[first], &[("db/migrations/20240131120000_vessel.sql", MAKE)]));
}

#[test]
fn a_repeatable_migration_is_run_again() {
    let versioned = ("db/migration/V1__ship.sql", MAKE);
    let path = "db/migration/R__fleet.sql";
    let old = [versioned, (path, "CREATE OR REPLACE VIEW fleet AS SELECT id FROM ship;")];
    assert_snapshot!(told(
        &old,
        &[versioned, (path, "CREATE OR REPLACE VIEW fleet AS SELECT * FROM ship;")]
    ));
    assert_snapshot!(told(
        &old,
        &[versioned, (path, "DELETE FROM ship; CREATE OR REPLACE VIEW fleet AS SELECT 1;")]
    ));
    assert_snapshot!(told(&old[..1], &old));
}

#[test]
fn go_is_not_read() {
    let first = ("db/migrations/00001_first.sql", "-- +goose Up\nSELECT 1;");
    let next =
        ("db/migrations/00002_next.go", "func init() { goose.AddMigrationContext(up, down) }");
    assert_snapshot!(told(&[first], &[first, next]));
}

#[test]
fn what_cannot_be_read_is_told() {
    let first = ("db/migrations/0001_first.sql", MAKE.as_bytes());
    let verdict = verdict(&[first], &[first, ("db/migrations/0002_next.sql", b"DROP TABLE \xff")]);
    let classes: Vec<_> = verdict.changes.iter().map(|change| change.class.as_str()).collect();
    assert_eq!(classes, ["unknown"], "{verdict:#?}");
}

#[test]
fn what_is_too_large_or_elsewhere_is_told() {
    let large = "-- rows\n".repeat(600_000);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n";
    for text in [large.as_str(), pointer] {
        assert_eq!(alone(text), "migrations.unknown", "{}", &text[..20]);
    }
}

/// Pieces of which hostile texts are made.
const PIECES: &[&str] = &[
    "ALTER TABLE t ",
    "ADD COLUMN ",
    "DROP ",
    "RENAME ",
    "CREATE TABLE ",
    "CREATE TYPE a AS ENUM ",
    "DO $$ ",
    "$$",
    "$x$",
    ";",
    "(",
    ")",
    ",",
    "'",
    "''",
    "\"",
    "`",
    "[",
    "]",
    "a",
    "b.c",
    " ",
    "\n",
    "--",
    "/*",
    "*/",
    "é",
    "\u{e000}",
    "E'\\",
    "BEGIN ",
    "END ",
    "IF ",
    "THEN ",
    "LOOP ",
    "EXECUTE ",
    "format(",
    "'%I %s %L %%'",
    "||",
    ":=",
    "INSERT INTO ",
    "SELECT ",
    "FROM ",
    "WITH x AS (",
    "UPDATE t SET ",
    "TYPE ",
    "CHECK ",
    "UNIQUE ",
    "COPY t FROM stdin;",
    "\\.",
    "DELIMITER //\n",
    "//",
    "GO\n",
    "1.5",
    "::",
    "CREATE FUNCTION f() ",
    "AS ",
    "def down",
    "do |t|\n",
    "t.string ",
    ":a",
    "a: ",
    "<<~SQL",
    "#{",
    "}",
    "%w[",
    "create_table ",
    "end\n",
    "add_column ",
    "=> ",
    "User.update_all ",
    "dir.down {",
];

proptest! {
    #[test]
    fn any_text_has_an_answer(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        let text = pieces.concat();
        for path in ["db/migrations/0001_any.sql", "db/migrate/20240101000000_any.rb"] {
            let changes = verdict(&[], &[(path, text.as_str())]).changes;
            prop_assert_eq!(changes.len(), 1);
        }
    }

    /// Layout and comments mean nothing.
    #[test]
    fn what_stands_between_tokens_means_nothing(blank in "(\n|  |-- x\n|/\\* /\\* \\*/ \\*/){1,5}") {
        let path = "db/migrations/0001_any.sql";
        let plain = "CREATE TABLE ship ( id int ) ; DO $$ BEGIN PERFORM 1 ; END $$ ;";
        let other = plain.replace(' ', &format!(" {blank}"));
        let changes = verdict(&[(path, plain)], &[(path, other.as_str())]).changes;
        prop_assert_eq!(changes[0].rule.as_str(), "migrations.edited-in-form");
    }
}

const SHIPS: &str = "class CreateShips < ActiveRecord::Migration[7.1]
  def change
    create_table :ships do |t|
      t.string :name, null: false, limit: 40
      t.integer :masts
      t.timestamps
    end
  end
end
";

/// The label of a migration of Rails whose `change` has these lines.
fn rails(lines: &str) -> String {
    let earlier = ("db/migrate/20240101000000_create_ships.rb", SHIPS);
    let now =
        format!("class Now < ActiveRecord::Migration[7.1]\n  def change\n{lines}\n  end\nend\n");
    let changes =
        verdict(&[earlier], &[earlier, ("db/migrate/20240201000000_now.rb", now.as_str())]).changes;
    let [change] = changes.as_slice() else { panic!("one change for {lines}: {changes:#?}") };
    format!("{} | {}\n", change.rule.trim_start_matches("migrations."), change.sentence)
}

#[test]
fn rails_is_read_by_its_own_words() {
    let migrations = [
        "    create_table :harbours, id: :uuid do |t|\n      t.string :name, index: { unique: true }\n      t.references :ship, null: false, foreign_key: true\n      t.index [:name, :ship_id], unique: true\n    end\n    add_index :harbours, :name",
        "    add_column :ships, :flag, :string",
        "    add_column :ships, :flag, :string, null: false",
        "    add_column :ships, :flag, :string,\n      null: false, # all of them\n      default: ''",
        "    add_reference :ships, :harbour, foreign_key: { to_table: :ports }",
        "    remove_column :ships, :masts, :integer",
        "    safety_assured { remove_columns :ships, :masts, :name }",
        "    rename_column :ships, :name, :title",
        "    rename_table :ships, :vessels",
        "    drop_table :ships, if_exists: true",
        "    change_column :ships, :name, :string, limit: 80",
        "    change_column :ships, :name, :string, limit: 20",
        "    change_column :ships, :masts, :string",
        "    change_column_null :ships, :masts, false",
        "    change_column_null :ships, :masts, false, 3",
        "    change_column_null :ships, :name, true",
        "    change_column_default :ships, :masts, from: nil, to: 3",
        "    add_index :ships, %i[name masts], unique: true, algorithm: :concurrently",
        "    add_index(:ships, :name)",
        "    add_foreign_key :ships, :harbours, validate: false",
        "    add_check_constraint :ships, 'masts > 0', name: 'few'",
        "    change_table :ships do |t|\n      t.rename :name, :title\n      t.boolean :sunk, default: false, null: false\n      t.remove :masts\n    end",
        "    execute <<~SQL.squish\n      DELETE FROM ships -- all\n      WHERE name = '#{name}'\n    SQL",
        "    execute \"UPDATE ships SET masts = 1\"",
        "    reversible do |dir|\n      dir.up do\n        Ship.where(masts: nil).update_all(masts: 1)\n      end\n      dir.down do\n        drop_table :ships\n      end\n    end",
        "    Ship.find_each do |ship|\n      ship.destroy!\n    end",
        "    create_enum :mood, %w[calm angry]\n    enable_extension 'citext'",
        "    Fleet::Upgrade.run",
        "    return unless table_exists?(:ships)",
    ];
    let lines = migrations.iter().map(|lines| format!("{lines}\n  => {}", rails(lines)));
    assert_snapshot!(lines.collect::<String>());
    let both = "class X < ActiveRecord::Migration[7.1]\n  def up\n    add_column :ships, :flag, :string\n  end\n\n  def down\n    drop_table :ships\n  end\nend\n";
    let earlier = ("db/migrate/20240101000000_create_ships.rb", SHIPS);
    let changes = verdict(&[earlier], &[earlier, ("db/migrate/20240201000000_x.rb", both)]).changes;
    assert_eq!(changes[0].rule, "migrations.additive", "{changes:#?}");
}

/// Hostile texts: an answer in little time, whatever it is.
#[test]
fn hostile_texts_are_answered_in_little_time() {
    let million = 60_000;
    let texts = [
        "(".repeat(million),
        "SELECT ".to_owned() + &"(".repeat(million),
        "CREATE TABLE t (".to_owned() + &"a int CHECK ((((".repeat(million / 10),
        "/* ".repeat(million),
        "/* ".repeat(million) + "*/",
        "$a$ $b$ ".repeat(million / 4),
        "'".repeat(million + 1),
        "[a".repeat(million / 2),
        "DO $$ ".repeat(million / 4),
        "BEGIN ".repeat(million / 4),
        "CREATE FUNCTION f() BEGIN ".repeat(million / 20),
        "WITH a AS (".repeat(million / 10),
        "ALTER TABLE t ".to_owned()
            + &"ADD COLUMN a int UNIQUE REFERENCES b CHECK (a > 0), ".repeat(5_000),
        (0..1_500).fold(String::new(), |text, n| {
            text + &format!("CREATE TYPE t{n} AS ENUM ('a'); DROP TYPE t{n} CASCADE;")
        }),
        (0..1_500).fold(String::new(), |text, n| {
            text + &format!("ALTER TABLE t ADD CONSTRAINT c{n} UNIQUE (a{n});")
        }),
        (0..1_500).fold(String::new(), |text, n| {
            text + &format!("ALTER TABLE t RENAME a{n} TO b{n}; DROP SCHEMA s{n};")
        }),
        (0..2_000).fold(String::new(), |text, n| {
            text + &format!(
                "CREATE FUNCTION f{n}() RETURNS void LANGUAGE sql AS $$ SELECT f{}(), f{}() $$;",
                n + 1,
                n + 2
            )
        }) + "SELECT f0();",
        "DO $$ DECLARE a text := 'x'; BEGIN ".to_owned()
            + &"a := a || a; EXECUTE a; ".repeat(10_000)
            + "END $$;",
        "DO $$ BEGIN EXECUTE ".to_owned() + &"format(".repeat(20_000) + "'x' END $$;",
        "INSERT INTO t VALUES ".to_owned() + &"(1, 'a'), ".repeat(20_000),
        "\u{0}\u{fffd}\u{e000}\u{2028}".repeat(5_000),
        ";".repeat(million),
        "INSERT INTO a SELECT ".to_owned() + &"FROM (SELECT * ".repeat(million / 10),
        "WITH ".to_owned() + &"a AS (INSERT INTO b SELECT * FROM c), ".repeat(million / 40),
        "SELECT f(); ".repeat(5_000),
        "`".to_owned() + &"\n # x".repeat(40_000),
    ];
    for text in &texts {
        let effort = Effort::begin();
        let changes = verdict(&[], &[("db/migrations/0001_hostile.sql", text.as_str())]).changes;
        let start = text.get(..40).unwrap_or(text);
        assert!(!changes.is_empty(), "{start}");
        effort.assert_below(10, start);
    }
    for text in [
        "[".repeat(million),
        "do |t|\n".repeat(5_000),
        "<<~A ".repeat(5_000),
        "foo(".repeat(million / 4),
    ] {
        verdict(&[], &[("db/migrate/20240101000000_hostile.rb", text.as_str())]);
    }
}
