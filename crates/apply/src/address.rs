//! Where a database is found.

use camino::{Utf8Path, Utf8PathBuf};

/// A database that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A file of SQLite.
    Sqlite(Utf8PathBuf),
    /// A server's database, as libpq reads it, and the password that was taken out of it.
    Postgres { url: String, password: Option<String> },
}

impl Address {
    /// Reads what programs are configured with: URLs of libpq, `SQLAlchemy`, sqlx and Django, and paths of files.
    ///
    /// A relative path begins at `folder`. *Errors*: why it cannot be read, in a few words.
    pub(crate) fn read(text: &str, folder: &Utf8Path) -> Result<Self, String> {
        let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme))
        else {
            return match text {
                "" => Err("it is empty".to_owned()),
                path => Ok(Self::Sqlite(folder.join(path))),
            };
        };
        // `postgresql+psycopg` names a driver too.
        match scheme.split('+').next().unwrap_or_default() {
            "postgres" | "postgresql" => {
                let rest = rest.strip_prefix("//").ok_or("`//` is missing after its scheme")?;
                let (rest, password) = without_password(rest);
                Ok(Self::Postgres { url: format!("postgresql://{rest}"), password })
            }
            "sqlite" | "sqlite3" | "file" => {
                // `sqlite:///a` is `a`, and `sqlite:////a` is `/a`.
                let path = match rest.strip_prefix("//") {
                    Some(rest) => {
                        rest.strip_prefix('/').ok_or("a path has three slashes before it")?
                    }
                    None => rest,
                };
                let path = path.split('?').next().unwrap_or_default();
                if path.is_empty() || path == ":memory:" {
                    return Err("it names no file".to_owned());
                }
                Ok(Self::Sqlite(folder.join(decoded(path))))
            }
            other => Err(format!(
                "databases of `{other}` are not read, those of PostgreSQL and SQLite are"
            )),
        }
    }

    /// As it may be shown: without password.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.to_string(),
            Self::Postgres { url, .. } => url.clone(),
        }
    }
}

/// A scheme has several letters; one is a drive's.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// `user:secret@host/name` without the secret, and the secret.
fn without_password(rest: &str) -> (String, Option<String>) {
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let Some((who, host)) = authority.rsplit_once('@') else { return (rest.to_owned(), None) };
    match who.split_once(':') {
        Some((user, secret)) => (format!("{user}@{host}{tail}"), Some(decoded(secret))),
        None => (rest.to_owned(), None),
    }
}

/// `%40` as `@`; what is no such code stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Address, Utf8Path};

    fn read(text: &str) -> Result<Address, String> {
        Address::read(text, Utf8Path::new("/srv"))
    }

    fn postgres(url: &str, password: Option<&str>) -> Address {
        Address::Postgres { url: url.to_owned(), password: password.map(str::to_owned) }
    }

    #[test]
    fn addresses_are_read_as_programs_write_them() {
        let file = |path: &str| Address::Sqlite(path.into());
        let read = |text: &str| read(text).unwrap();
        assert_eq!(read("app.sqlite"), file("/srv/app.sqlite"));
        assert_eq!(read("/var/app.sqlite"), file("/var/app.sqlite"));
        assert_eq!(read("sqlite:///app.db"), file("/srv/app.db"));
        assert_eq!(read("sqlite+pysqlite:////var/app.db?timeout=3"), file("/var/app.db"));
        assert_eq!(read("sqlite:app%20one.db"), file("/srv/app one.db"));
        assert_eq!(read("postgres://db/app"), postgres("postgresql://db/app", None));
        assert_eq!(
            read("postgresql+asyncpg://me:p%40ss:word@db:5432/app?sslmode=require"),
            postgres("postgresql://me@db:5432/app?sslmode=require", Some("p@ss:word"))
        );
        assert_eq!(
            read("postgresql:///app?host=/run"),
            postgres("postgresql:///app?host=/run", None)
        );
        assert_eq!(read("postgresql://a@b/c@d"), postgres("postgresql://a@b/c@d", None));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (text, told) in [
            ("", "empty"),
            ("mysql://root@db/app", "`mysql` are not read"),
            ("sqlite://app.db", "three slashes"),
            ("sqlite:///", "no file"),
            ("sqlite:///:memory:", "no file"),
            ("postgresql:app", "`//` is missing"),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.contains(told), "{text}: {why}");
        }
    }
}
