//! What commits say and touch, as it is kept: a few files, each with a sorted table of commits.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_history::{CommitDetail, CommitId, Moment};

use super::{
    Cache, LARGEST_CACHE_BYTES,
    bytes::{Reader, Writer},
    file::{self, Kind, checksum},
};

/// With one more file all are joined into one.
const MOST_FILES: usize = 6;

/// More than this is not kept for one family of clones.
const LARGEST_FAMILY_BYTES: usize = 60 << 20;

/// The paths of one commit together; shared starts would let a small record claim any amount.
const LARGEST_PATHS_BYTES: usize = 16 << 20;

/// A commit and where its record ends in the file's table.
const ROW_BYTES: usize = 20 + 4;

/// What is known of the commits of one family of clones.
pub(crate) struct DetailStore {
    cache: Cache,
    family: String,
    files: Vec<Records>,
    fresh: BTreeMap<CommitId, Vec<u8>>,
}

impl DetailStore {
    pub(super) fn open(cache: Cache, family: &str) -> Self {
        let prefix = format!("{family}.");
        let files = file::list(&cache.folder_of(Kind::Details));
        let files = files
            .into_iter()
            .filter(|file| file.path.file_name().is_some_and(|name| name.starts_with(&prefix)))
            .filter_map(|file| Records::read(file.path, family))
            .collect();
        Self { cache, family: family.to_owned(), files, fresh: BTreeMap::new() }
    }

    /// What is known of a commit.
    pub(crate) fn get(&self, id: CommitId) -> Option<CommitDetail> {
        let record = self.files.iter().find_map(|file| file.find(id))?;
        decode(id, record)
    }

    pub(crate) fn add(&mut self, detail: &CommitDetail) {
        if let Some(record) = encode(detail) {
            self.fresh.insert(detail.id, record);
        }
    }

    /// Keeps what was added.
    pub(crate) fn save(mut self) {
        if self.fresh.is_empty() {
            return;
        }
        let mut joined = Vec::new();
        if self.files.len() >= MOST_FILES {
            joined = std::mem::take(&mut self.files);
            let known: usize = joined.iter().map(|file| file.bytes.len()).sum();
            // Too much to carry along: what is still wanted will be learned again.
            if known < LARGEST_FAMILY_BYTES {
                for (id, record) in joined.iter().flat_map(Records::iter) {
                    self.fresh.entry(id).or_insert_with(|| record.to_vec());
                }
            }
        }
        if self.write().is_some() {
            for file in joined {
                _ = fs_err::remove_file(&file.path);
            }
            self.cache.trim(LARGEST_CACHE_BYTES);
        }
    }

    fn write(&self) -> Option<()> {
        let mut writer = Writer::default();
        writer.count(self.fresh.len());
        let mut end = 0u32;
        for (id, record) in &self.fresh {
            end = end.checked_add(u32::try_from(record.len()).ok()?)?;
            writer.raw(&id.0);
            writer.raw(&end.to_le_bytes());
        }
        self.fresh.values().for_each(|record| writer.raw(record));
        let name = format!("{}.{:016x}", self.family, checksum(&writer.0));
        file::write(
            &self.cache.path_of(Kind::Details, &name),
            Kind::Details,
            &self.family,
            &writer.0,
        )
    }
}

/// One file: a table of commits, sorted, and their records behind it.
struct Records {
    path: Utf8PathBuf,
    bytes: Vec<u8>,
    count: usize,
    table: usize,
}

impl Records {
    fn read(path: Utf8PathBuf, family: &str) -> Option<Self> {
        let bytes = file::read(&path, Kind::Details, family)?;
        Self::of(path, bytes)
    }

    fn of(path: Utf8PathBuf, bytes: Vec<u8>) -> Option<Self> {
        let mut reader = Reader(&bytes);
        let count = reader.count(ROW_BYTES)?;
        let table = bytes.len() - reader.0.len();
        let records = Self { path, bytes, count, table };
        records.is_sound().then_some(records)
    }

    /// Whether the table is sorted and divides what lies behind it.
    fn is_sound(&self) -> bool {
        let rows = || (0..self.count).map(|place| self.row(place));
        let sorted =
            rows().zip(rows().skip(1)).all(|(one, next)| one.0 < next.0 && one.1 <= next.1);
        let last = self.count.checked_sub(1).map_or(0, |place| self.row(place).1);
        sorted && self.data().len() == last
    }

    fn row(&self, place: usize) -> (CommitId, usize) {
        let start = self.table + place * ROW_BYTES;
        let mut reader = Reader(self.bytes.get(start..).unwrap_or_default());
        let id = reader.array().unwrap_or_default();
        let end = u32::from_le_bytes(reader.array().unwrap_or_default());
        (CommitId(id), end as usize)
    }

    fn data(&self) -> &[u8] {
        &self.bytes[self.table + self.count * ROW_BYTES..]
    }

    fn record(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(0, |before| self.row(before).1);
        self.data().get(start..self.row(place).1).unwrap_or_default()
    }

    fn find(&self, id: CommitId) -> Option<&[u8]> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            match self.row(middle).0.cmp(&id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(self.record(middle)),
            }
        }
        None
    }

    fn iter(&self) -> impl Iterator<Item = (CommitId, &[u8])> {
        (0..self.count).map(|place| (self.row(place).0, self.record(place)))
    }
}

/// How many commits a file's content holds, each of which is read; `None` where the content makes no sense.
pub(super) fn read_all(content: &[u8]) -> Option<usize> {
    let records = Records::of(Utf8PathBuf::new(), content.to_vec())?;
    Some(records.iter().filter(|(id, record)| decode(*id, record).is_some()).count())
}

/// `None` for what is too large to be kept.
fn encode(detail: &CommitDetail) -> Option<Vec<u8>> {
    let names: usize = detail.paths.iter().map(|path| path.as_str().len()).sum();
    if names > LARGEST_PATHS_BYTES {
        return None;
    }
    let mut writer = Writer::default();
    writer.signed(detail.when.seconds);
    writer.signed(i64::from(detail.when.offset_seconds));
    writer.count(detail.parents);
    writer.text(detail.message.as_bytes());
    writer.count(detail.paths.len());
    let mut last = "";
    for path in &detail.paths {
        let path = path.as_str();
        let shared = shared_start(last, path);
        writer.count(shared);
        writer.text(&path.as_bytes()[shared..]);
        last = path;
    }
    Some(writer.0)
}

fn decode(id: CommitId, record: &[u8]) -> Option<CommitDetail> {
    let mut reader = Reader(record);
    let when =
        Moment { seconds: reader.signed()?, offset_seconds: i32::try_from(reader.signed()?).ok()? };
    let parents = usize::try_from(reader.number()?).ok()?;
    let message = str::from_utf8(reader.text()?).ok()?.to_owned();
    let count = reader.count(2)?;
    let mut paths: Vec<Utf8PathBuf> = Vec::with_capacity(count);
    let mut room = LARGEST_PATHS_BYTES;
    for _ in 0..count {
        let shared = usize::try_from(reader.number()?).ok()?;
        let own = str::from_utf8(reader.text()?).ok()?;
        let start = paths.last().map_or("", |path| path.as_str()).get(..shared)?;
        room = room.checked_sub(start.len() + own.len())?;
        let mut path = String::with_capacity(start.len() + own.len());
        path.push_str(start);
        path.push_str(own);
        paths.push(path.into());
    }
    reader.is_empty().then_some(CommitDetail { id, message, when, parents, paths })
}

/// The length of what both begin with, in whole characters.
fn shared_start(left: &str, right: &str) -> usize {
    let same = left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count();
    right.floor_char_boundary(same)
}

impl std::fmt::Debug for DetailStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let folder: &Utf8Path = &self.cache.folder;
        formatter.debug_struct("DetailStore").field("folder", &folder).finish_non_exhaustive()
    }
}
