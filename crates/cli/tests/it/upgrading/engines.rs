//! The databases that tests run on, and what people compare of them.

use super::{application::Installation, postgres::Postgres, tools::PythonTools};

/// A kind of database: copies, and what people compare.
pub(super) trait Engine {
    /// Where a database is found that does not exist yet.
    fn create(&self, installed: &Installation, name: &str) -> String;
    fn schema(&self, url: &str) -> String;
    fn query(&self, url: &str, query: &str) -> String;
    /// How the deployment file has it copied and brought back.
    fn copies(&self, url: &str) -> String;
}

pub(super) struct Sqlite<'a> {
    pub(super) tools: &'a PythonTools,
}

impl Engine for Sqlite<'_> {
    fn create(&self, installed: &Installation, name: &str) -> String {
        format!("sqlite:///{}", installed.beside(&format!("{name}.sqlite")))
    }

    fn schema(&self, url: &str) -> String {
        self.query(url, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    }

    fn query(&self, url: &str, query: &str) -> String {
        const SCRIPT: &str = "import sqlite3, sys\n\
            for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row)\n";
        let path = url.trim_start_matches("sqlite:///");
        self.tools.run("/".into(), url, &["python", "-c", SCRIPT, path, query])
    }

    fn copies(&self, url: &str) -> String {
        let path = url.trim_start_matches("sqlite:///");
        format!(
            "backup = [\"cp\", \"{path}\", \"{path}.copy\"]\nrestore = [\"cp\", \"{path}.copy\", \"{path}\"]\n"
        )
    }
}

pub(super) struct OnPostgres<'a> {
    pub(super) tools: &'a PythonTools,
    pub(super) server: &'a Postgres,
}

impl Engine for OnPostgres<'_> {
    fn create(&self, _: &Installation, name: &str) -> String {
        self.server.create(name);
        format!("postgresql+psycopg:///{name}?host={}&user=owner", self.server.folder())
    }

    fn schema(&self, url: &str) -> String {
        self.server.schema(name_of(url))
    }

    fn query(&self, url: &str, query: &str) -> String {
        const SCRIPT: &str = "import psycopg, sys\n\
            for row in psycopg.connect(sys.argv[1]).execute(sys.argv[2]): print(*row)\n";
        let plain = url.replace("+psycopg", "");
        self.tools.run("/".into(), url, &["python", "-c", SCRIPT, &plain, query])
    }

    // The database is made anew: tables that are younger than the copy go too.
    fn copies(&self, url: &str) -> String {
        let name = name_of(url);
        let (program, restore) =
            (self.server.program("pg_dump"), self.server.program("pg_restore"));
        let folder = self.server.folder();
        format!(
            "backup = [\"{program}\", \"-h\", \"{folder}\", \"-U\", \"owner\", \"-Fc\", \"-f\", \"{folder}/{name}.copy\", \"{name}\"]\n\
             restore = [\"{restore}\", \"-h\", \"{folder}\", \"-U\", \"owner\", \"--clean\", \"--create\", \"--exit-on-error\", \
             \"-d\", \"postgres\", \"{folder}/{name}.copy\"]\n"
        )
    }
}

fn name_of(url: &str) -> &str {
    url.trim_start_matches("postgresql+psycopg:///").split('?').next().unwrap()
}
