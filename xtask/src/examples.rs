//! `cargo xtask examples`: writes the tables in `examples/` that the demo loads, from collected facts.
//!
//! A cell that holds `"` says what the one above it says.

mod audits;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::Value;

use crate::workspace;

/// Arguments of `examples`.
#[derive(Args, Debug)]
pub(crate) struct Request {
    /// The folder of cases [default: ../shared/cases]
    #[arg(long, value_name = "DIR")]
    cases: Option<Utf8PathBuf>,
    /// What `trainyard upgrade facts` wrote of Backend.AI's releases; its migrations are left as they are without
    #[arg(long, value_name = "FILE")]
    facts: Option<Utf8PathBuf>,
    /// What `trainyard audit --format json --all` wrote, as EXAMPLE/COMPONENT=FILE; may be given several times
    #[arg(long = "audit", value_name = "EXAMPLE/COMPONENT=FILE")]
    audits: Vec<String>,
}

/// The parts of a bundle of Polyaxon, and whether their versions are Python's.
const PARTS: [(&str, bool); 7] = [
    ("charts", false),
    ("cli", true),
    ("haupt", true),
    ("hypertune", true),
    ("mloperator", false),
    ("sdks", false),
    ("traceml", true),
];

/// The folder of the database that holds everything but what the proxies keep.
const MANAGER: &str = "src/ai/backend/manager/models/alembic";

/// Writes the tables.
pub(crate) fn run(request: &Request) -> Result<()> {
    let root = workspace::root();
    let cases = request.cases.clone().unwrap_or_else(|| root.join("../shared/cases"));
    let into = root.join("examples");
    for asked in &request.audits {
        let parts =
            asked.split_once('=').and_then(|(name, file)| Some((name.split_once('/')?, file)));
        let ((example, component), file) =
            parts.with_context(|| format!("`{asked}` is no EXAMPLE/COMPONENT=FILE"))?;
        let text = audits::table(&json(file.into())?, component)?;
        write(&into.join(example).join("audits.tsv"), &text)?;
    }
    if !request.audits.is_empty() {
        return Ok(());
    }
    let bundles = cases.join("bundles");
    write(&into.join("ayon/addons.tsv"), &addons(&json(&bundles.join("ayon_addons.json"))?))?;
    let composites = fs_err::read_to_string(bundles.join("ayon_server_composites.tsv"))?;
    write(&into.join("ayon/servers.tsv"), &servers(&composites))?;
    let pins = json(&bundles.join("polyaxon_bundles.json"))?;
    write(&into.join("polyaxon/bundles.tsv"), &polyaxon(&pins))?;
    if let Some(facts) = &request.facts {
        let text = migrations(&fs_err::read_to_string(facts)?)?;
        write(&into.join("backend-ai/migrations.tsv"), &text)?;
    }
    Ok(())
}

fn json(path: &Utf8Path) -> Result<Value> {
    let text = fs_err::read_to_string(path)?;
    serde_json::from_str(&text).with_context(|| format!("{path} is no JSON"))
}

fn write(path: &Utf8Path, text: &str) -> Result<()> {
    fs_err::write(path, text)?;
    println!("{path}: {} lines, {} bytes", text.lines().count(), text.len());
    Ok(())
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Every version of every addon, with what it asks for.
fn addons(list: &Value) -> String {
    let mut releases: BTreeMap<(&str, &str), &Value> = BTreeMap::new();
    for pair in list["pairs"].as_array().into_iter().flatten() {
        // A version that was seen with several requirements: those of its tag, else the last ones.
        let rank = |it: &Value| (word(it, "ref_kind") == "tag", word(it, "date").to_owned());
        let place = releases.entry((word(pair, "name"), word(pair, "version"))).or_insert(pair);
        if rank(pair) > rank(place) {
            *place = pair;
        }
    }
    let mut rows: Vec<_> = releases.into_values().collect();
    rows.sort_by_key(|it| (word(it, "name"), word(it, "date")));
    let mut table =
        Table::new(&["addon", "version", "day", "server", "launcher", "requires", "works-with"]);
    for release in rows {
        let day = word(release, "date").get(..10).unwrap_or_default();
        table.row(&[
            word(release, "name"),
            word(release, "version"),
            day,
            word(release, "ayon_server_version"),
            word(release, "ayon_launcher_version"),
            &ranges(&release["ayon_required_addons"]),
            &ranges(&release["ayon_compatible_addons"]),
        ]);
    }
    table.text
}

/// `core:>=1.0.0 maya:>0.2.0`.
fn ranges(asked: &Value) -> String {
    let asked = asked.as_object().into_iter().flatten();
    let range =
        |(name, range): (&String, &Value)| format!("{name}:{}", range.as_str().unwrap_or("-"));
    asked.map(range).collect::<Vec<_>>().join(" ")
}

/// Composites whose parts were released within the hour.
fn servers(composites: &str) -> String {
    let mut table = Table::new(&["server", "time"]);
    for line in composites.lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        if let [_, _, backend, frontend, _, composite] = cells[..]
            && !composite.is_empty()
        {
            table.row(&[composite, backend.max(frontend)]);
        }
    }
    table.text
}

/// Bundles with the versions of their parts; a commit that has no version of its own is one after the last version.
fn polyaxon(pins: &Value) -> String {
    let mut header = vec!["bundle", "time"];
    header.extend(PARTS.map(|(name, _)| name));
    header.push("cli-requires");
    let mut table = Table::new(&header);
    for bundle in pins["bundles"].as_array().into_iter().flatten() {
        let parts = &bundle["components"];
        let own = word(bundle, "bundle").trim_start_matches('v');
        let mut row = vec![own.to_owned(), word(bundle, "date").to_owned()];
        row.extend(PARTS.map(|(name, is_python)| version(&parts[name], is_python)));
        let requires = parts["cli"]["requires"].as_array().into_iter().flatten();
        row.push(requires.filter_map(Value::as_str).collect::<Vec<_>>().join(" "));
        table.row(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    table.text
}

fn version(part: &Value, is_python: bool) -> String {
    if part["present"] != true {
        return "-".to_owned();
    }
    let tag = word(part, "tag").trim_start_matches('v');
    let own = word(part, "version");
    if !tag.is_empty() {
        return if is_python && !own.is_empty() { own } else { tag }.to_owned();
    }
    // `v1.0.3-14-g58fd9c343`
    let mut described = word(part, "describe").trim_start_matches('v').rsplitn(3, '-');
    let commit = word(part, "commit").get(..9).unwrap_or_default();
    let (_, count, last) = (described.next(), described.next(), described.next());
    let last = Some(own).filter(|own| !own.is_empty()).or(last).unwrap_or("0.0.0");
    format!("{last}+{}.g{commit}", count.unwrap_or("0"))
}

/// Each migration once, and then what every release has that the one before has not, and the other way round.
fn migrations(facts: &str) -> Result<String> {
    let mut text = String::from("# number\tid\tparents\tmeaning\tbackward\tfile\teffects\n");
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut releases = String::from("# release\tline\tmigrations\n");
    let mut before: BTreeSet<usize> = BTreeSet::new();
    for line in facts.lines() {
        let release: Value = serde_json::from_str(line)?;
        let mut has = BTreeSet::new();
        let sets = release["migrations"].as_array().into_iter().flatten();
        for set in sets.filter(|set| word(set, "folder") == MANAGER) {
            for one in set["migrations"].as_array().into_iter().flatten() {
                let row = migration(one);
                let next = numbers.len();
                let number = *numbers.entry(row.clone()).or_insert_with(|| {
                    let _ = writeln!(text, "{next}\t{row}");
                    next
                });
                has.insert(number);
            }
        }
        if has.is_empty() {
            continue;
        }
        let changes = before.difference(&has).map(|gone| format!("-{gone}"));
        let changes = changes.chain(has.difference(&before).map(|come| format!("+{come}")));
        let changes = changes.collect::<Vec<_>>().join(" ");
        let (version, line) = (word(&release, "version"), word(&release, "line"));
        let _ = writeln!(releases, "{version}\t{line}\t{changes}");
        before = has;
    }
    Ok(text + &releases)
}

fn migration(one: &Value) -> String {
    let list = |key: &str| {
        let all = one[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        all.collect::<Vec<_>>().join(" ")
    };
    let effects = one["effects"].as_array().into_iter().flatten();
    let effect = |it: &Value| {
        format!("{}={}", it[0].as_str().unwrap_or_default(), it[1].as_str().unwrap_or_default())
    };
    let effects: Vec<_> = effects.map(effect).collect();
    // Eight bytes tell contents apart; the whole would say nothing more to anybody.
    let short = |key: &str| word(one, key).get(..16).unwrap_or_default().to_owned();
    let cells = [
        word(one, "id").to_owned(),
        list("parents"),
        short("meaning"),
        short("backward"),
        Utf8Path::new(word(one, "path")).file_name().unwrap_or_default().to_owned(),
        effects.join(";"),
    ];
    cells.join("\t")
}

/// A table whose cells say `"` where they say what the row above says.
struct Table {
    text: String,
    last: Vec<String>,
}

impl Table {
    fn new(header: &[&str]) -> Self {
        Self { text: header.join("\t") + "\n", last: Vec::new() }
    }

    fn row(&mut self, cells: &[&str]) {
        let told = cells.iter().enumerate().map(|(place, cell)| {
            let is_same = self.last.get(place).is_some_and(|last| last == cell);
            if is_same && !cell.is_empty() { "\"" } else { cell }
        });
        self.text.push_str(told.collect::<Vec<_>>().join("\t").trim_end_matches('\t'));
        self.text.push('\n');
        self.last = cells.iter().map(|cell| (*cell).to_owned()).collect();
    }
}
