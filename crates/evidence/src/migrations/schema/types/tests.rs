use super::{Shift, SqlType};

/// Types of one family each, narrowest first.
const LADDERS: &[&[&str]] = &[
    &["tinyint", "int2", "mediumint", "integer", "bigserial"],
    &["tinyint unsigned", "smallint unsigned", "int(10) unsigned", "bigint unsigned"],
    &["numeric(4,2)", "decimal(6, 2)", "numeric(8,3)", "numeric"],
    &["real", "double precision"],
    &["char", "character(3)", "varchar(20)", "character varying(64)", "text"],
    &["varbinary(16)", "bytea"],
    &["bit(3)", "bit varying(8)", "varbit"],
    &["timestamp(3)", "timestamp without time zone"],
    &["timestamptz(0)", "timestamp(3) with time zone", "timestamptz"],
    &["time(0)", "time"],
    &["enum('a')", "enum('a','b')", "ENUM('b', 'c', 'a')"],
    &["vector(3)", "vector(4)", "vector"],
    &["uuid"],
    &["jsonb"],
    &["json"],
    &["citext"],
    &["boolean"],
    &["date"],
    &["text[]"],
];

#[test]
fn types_of_one_family_are_ordered_and_others_are_cast() {
    for (family, ladder) in LADDERS.iter().enumerate() {
        for (step, from) in ladder.iter().enumerate() {
            for (other_family, other) in LADDERS.iter().enumerate() {
                for (other_step, to) in other.iter().enumerate() {
                    let found = SqlType::parse(from).shift_to(&SqlType::parse(to));
                    let integers = [family, other_family].iter().all(|family| *family < 2);
                    let expected = match () {
                        () if integers && family != other_family => continue,
                        () if family != other_family => Shift::Cast,
                        () if step < other_step => Shift::Wider,
                        () if step > other_step => Shift::Narrower,
                        () => Shift::Same,
                    };
                    assert_eq!(found, expected, "{from} to {to}");
                }
            }
        }
    }
}

#[test]
fn names_of_one_type_are_the_same() {
    for (one, other) in [
        ("int", "SERIAL"),
        ("int8", "bigint"),
        ("character varying(9)", "VARCHAR(9)"),
        ("bool", "boolean"),
        ("pg_catalog.varchar(9)", "varchar(9)"),
        ("float(53)", "float8"),
        ("timestamp(6) with time zone", "timestamptz"),
        ("public.mood", "mood"),
        ("text ARRAY", "text[]"),
    ] {
        let shift = SqlType::parse(one).shift_to(&SqlType::parse(other));
        assert_eq!(shift, Shift::Same, "{one} to {other}");
    }
}

#[test]
fn signs_count() {
    let shift = |from: &str, to: &str| SqlType::parse(from).shift_to(&SqlType::parse(to));
    assert_eq!(shift("int", "int unsigned"), Shift::Narrower);
    assert_eq!(shift("int unsigned", "int"), Shift::Narrower);
    assert_eq!(shift("int unsigned", "bigint"), Shift::Wider);
}
