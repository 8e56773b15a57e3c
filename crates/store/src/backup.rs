//! Backups: one file of one form, whichever engine it was made of and is restored into.
//!
//! A backup is itself a database of SQLite's with our schema, so it can be looked into, and even served.

use camino::Utf8Path;

use crate::{
    Database, Options, Store, StoreError, Verified, copy::copy, dialect, engine::Engine, migrate,
};

impl Store {
    /// Writes all that is kept, at one moment, to a file that must not be there yet. Others may read and write meanwhile.
    ///
    /// The file appears under its name when it is whole and has been verified. *Cost*: all is read twice, in small parts.
    pub async fn backup(&self, target: &Utf8Path) -> Result<Verified, StoreError> {
        let file = |doing, source| StoreError::File { doing, path: target.to_owned(), source };
        if target.exists() {
            return Err(file("write a backup to", std::io::ErrorKind::AlreadyExists.into()));
        }
        // A folder of our own beside it: whatever lies there already is somebody else's.
        let aside = tempfile::Builder::new()
            .prefix(".trainyard-backup-")
            .tempdir_in(folder_of(target))
            .map_err(|error| file("write a backup to", error))?;
        let part = Utf8Path::from_path(aside.path())
            .ok_or_else(|| file("write a backup to", std::io::ErrorKind::InvalidFilename.into()))?
            .join("part");
        let verified = self.write_backup(&part).await?;
        let kept = tempfile::TempPath::try_from_path(part).and_then(|part| {
            part.persist_noclobber(target).map_err(|error| error.error)?;
            keep_name(target)
        });
        kept.map(|()| verified).map_err(|error| file("write a backup to", error))
    }

    async fn write_backup(&self, part: &Utf8Path) -> Result<Verified, StoreError> {
        let backup =
            Self::open(&Database::File(part.to_owned()), self.inner.options.clone()).await?;
        copy(self, &backup).await?;
        let verified = backup.verify().await?;
        if let Engine::Sqlite { read, write, .. } = &backup.inner.engine {
            read.close().await;
            // One file, which can be read from where nothing can be written.
            let alone = sqlx::query("PRAGMA journal_mode = DELETE").execute(write);
            backup.within("write a backup", alone).await?;
        }
        backup.close().await;
        Ok(verified)
    }

    /// Restores a backup into a database that is new or holds no entries.
    ///
    /// The backup is verified first, and nothing is changed when it is damaged; it arrives as a whole or not at all.
    ///
    /// *Errors*: [`StoreError::NotEmpty`]; [`StoreError::Corrupt`] or [`StoreError::NotARegistry`], which name the backup;
    /// [`StoreError::File`] when there is none.
    pub async fn restore(
        database: &Database,
        from: &Utf8Path,
        options: Options,
    ) -> Result<Verified, StoreError> {
        fs_err::metadata(from).map_err(|source| StoreError::File {
            doing: "restore",
            path: from.to_owned(),
            source,
        })?;
        let backup = Self::open_as_it_is(from, options.clone()).await?;
        let verified = backup.verify().await?;
        let target = Self::open(database, options).await?;
        let copied = copy(&backup, &target).await;
        backup.close().await;
        target.close().await;
        copied.map(|()| verified)
    }

    /// Opens a file for reading alone, without bringing its schema up.
    async fn open_as_it_is(path: &Utf8Path, options: Options) -> Result<Self, StoreError> {
        let only = dialect::sqlite::readers(path, &options);
        let engine = Engine::Sqlite { read: only.clone(), write: only, keeper: None };
        let database = Database::File(path.to_owned());
        migrate::check(&engine, &database).await?;
        Ok(Self::with(engine, &database, options))
    }
}

/// Makes a new name survive the end of the machine.
fn keep_name(path: &Utf8Path) -> std::io::Result<()> {
    fs_err::File::open(folder_of(path))?.sync_all()
}

/// The folder that a file is in.
fn folder_of(path: &Utf8Path) -> &Utf8Path {
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty());
    folder.unwrap_or(Utf8Path::new("."))
}
