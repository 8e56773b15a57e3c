//! Catalogues as bytes: one read, checked, and ready.
//!
//! The file begins with a name, a format and a checksum of the rest. The rest is tables of numbers in little-endian
//! order and variable length (seven bits each byte), each with its length before it, then the text.

use super::{Catalogue, RequirementRow, Span, VersionRow};
use crate::{UnpackError, requirement::Kind};

const MAGIC: &[u8; 8] = b"TYRDREZ\n";
const FORMAT: u32 = 1;
const HEADER: usize = MAGIC.len() + 4 + 8;

impl Catalogue {
    /// The catalogue as bytes, the same for the same packages.
    pub fn pack(&self) -> Vec<u8> {
        let mut body = Writer::default();
        body.number(self.names.len() as u64);
        for (name, versions) in self.names.iter().zip(self.family_starts.windows(2)) {
            body.span(*name);
            body.number(u64::from(versions[1] - versions[0]));
        }
        for (version, variants) in self.versions.iter().zip(self.version_starts.windows(2)) {
            body.span(version.text);
            body.number(version.timestamp);
            body.number(u64::from(version.position));
            let count = u64::from(variants[1] - variants[0]);
            body.number(count * 2 + u64::from(version.is_numbered));
        }
        for edges in self.variant_starts.windows(2) {
            body.number(u64::from(edges[1] - edges[0]));
        }
        self.edges.iter().for_each(|&edge| body.number(u64::from(edge)));
        body.number(self.requirements.len() as u64);
        for (requirement, intervals) in
            self.requirements.iter().zip(self.interval_starts.windows(2))
        {
            body.span(requirement.text);
            body.number(u64::from(requirement.family));
            let kind = match requirement.kind {
                Kind::Required => 0,
                Kind::Conflict => 1,
                Kind::Weak => 2,
            };
            body.number(kind * 2 + u64::from(requirement.is_void));
            body.number(u64::from(requirement.rank));
            body.number(u64::from(intervals[1] - intervals[0]));
        }
        for &(start, end) in &self.intervals {
            body.number(u64::from(start));
            body.number(u64::from(end - start));
        }
        body.number(self.broken.len() as u64);
        for &(variant, conflict) in &self.broken {
            body.number(u64::from(variant));
            body.span(conflict);
        }
        body.bytes.extend_from_slice(self.text.as_bytes());
        let mut packed = Vec::with_capacity(HEADER + body.bytes.len());
        packed.extend_from_slice(MAGIC);
        packed.extend_from_slice(&FORMAT.to_le_bytes());
        packed.extend_from_slice(&checksum(&body.bytes).to_le_bytes());
        packed.append(&mut body.bytes);
        packed
    }

    /// Reads a packed catalogue.
    ///
    /// *Cost*: linear in the bytes; a damaged length is found before anything is made of it.
    ///
    /// *Errors*: where it is no catalogue, of another format, or not what was written.
    pub fn unpack(packed: &[u8]) -> Result<Self, UnpackError> {
        let Some((magic, rest)) = packed.split_first_chunk::<8>() else {
            return Err(UnpackError::NotACatalogue);
        };
        if magic != MAGIC {
            return Err(UnpackError::NotACatalogue);
        }
        let damaged = |what| UnpackError::Damaged { what };
        let (format, rest) = rest.split_first_chunk::<4>().ok_or(damaged("it has no format"))?;
        let found = u32::from_le_bytes(*format);
        if found != FORMAT {
            return Err(UnpackError::Format { found, expected: FORMAT });
        }
        let (sum, body) = rest.split_first_chunk::<8>().ok_or(damaged("it has no checksum"))?;
        if u64::from_le_bytes(*sum) != checksum(body) {
            return Err(damaged("its checksum does not fit"));
        }
        read(Reader { rest: body })
    }
}

/// Reads what stands behind the header. Everything that later code relies on is checked here.
fn read(mut reader: Reader<'_>) -> Result<Catalogue, UnpackError> {
    let damaged = |what| Err(UnpackError::Damaged { what });
    let mut catalogue = Catalogue::default();
    let families = reader.count()?;
    catalogue.names.reserve(families);
    let mut versions = Starts::default();
    for _ in 0..families {
        catalogue.names.push(reader.span()?);
        versions.add(reader.number()?)?;
    }
    reader.expect(versions.total())?;
    let mut variants = Starts::default();
    for _ in 0..versions.total() {
        let text = reader.span()?;
        let timestamp = reader.long()?;
        let position = reader.number()?;
        let count = reader.number()?;
        let is_numbered = count % 2 == 1;
        catalogue.versions.push(VersionRow { text, timestamp, position, is_numbered });
        variants.add(count / 2)?;
    }
    reader.expect(variants.total())?;
    let mut edges = Starts::default();
    for _ in 0..variants.total() {
        edges.add(reader.number()?)?;
    }
    reader.expect(edges.total())?;
    for _ in 0..edges.total() {
        catalogue.edges.push(reader.number()?);
    }
    let requirements = reader.count()?;
    let mut intervals = Starts::default();
    for _ in 0..requirements {
        let text = reader.span()?;
        let family = reader.number()?;
        let kind = reader.number()?;
        let is_void = kind % 2 == 1;
        let kind = match kind / 2 {
            0 => Kind::Required,
            1 => Kind::Conflict,
            2 => Kind::Weak,
            _ => return damaged("a requirement is of no known kind"),
        };
        let rank = reader.number()?;
        intervals.add(reader.number()?)?;
        catalogue.requirements.push(RequirementRow { text, family, kind, is_void, rank });
    }
    reader.expect(intervals.total())?;
    for _ in 0..intervals.total() {
        let start = reader.number()?;
        let Some(end) = start.checked_add(reader.number()?) else {
            return damaged("an interval has no end");
        };
        catalogue.intervals.push((start, end));
    }
    for _ in 0..reader.count()? {
        let variant = reader.number()?;
        catalogue.broken.push((variant, reader.span()?));
    }
    let Ok(text) = std::str::from_utf8(reader.rest) else {
        return damaged("its text is not UTF-8");
    };
    text.clone_into(&mut catalogue.text);
    catalogue.family_starts = versions.0;
    catalogue.version_starts = variants.0;
    catalogue.variant_starts = edges.0;
    catalogue.interval_starts = intervals.0;
    check(&catalogue)?;
    catalogue.prepare();
    Ok(catalogue)
}

/// Whether numbers name what there is.
fn check(catalogue: &Catalogue) -> Result<(), UnpackError> {
    let is_text =
        |span: &Span| catalogue.text.get(span.start as usize..span.end as usize).is_some();
    let rows = catalogue.versions.iter().map(|version| &version.text);
    let requirements = catalogue.requirements.iter().map(|requirement| &requirement.text);
    let conflicts = catalogue.broken.iter().map(|(_, conflict)| conflict);
    let checks = [
        (
            catalogue.names.iter().chain(rows).chain(requirements).chain(conflicts).all(is_text),
            "a name lies outside of its text",
        ),
        (
            catalogue
                .names
                .is_sorted_by(|one, next| catalogue.slice(*one) < catalogue.slice(*next)),
            "its families are not in order",
        ),
        (
            catalogue.version_starts.windows(2).all(|pair| pair[0] < pair[1]),
            "a version has no variant",
        ),
        (
            catalogue.edges.iter().all(|&edge| (edge as usize) < catalogue.requirements.len()),
            "a package has a requirement that is not there",
        ),
        (
            catalogue
                .requirements
                .iter()
                .all(|requirement| (requirement.family as usize) < catalogue.names.len()),
            "a requirement is of a family that is not there",
        ),
        (
            (0..catalogue.requirements.len()).all(|requirement| fits(catalogue, requirement)),
            "a requirement means variants that are not there",
        ),
        (
            catalogue.broken.is_sorted_by_key(|(variant, _)| *variant),
            "conflicts within packages are not in order",
        ),
    ];
    match checks.iter().find(|(holds, _)| !holds) {
        Some((_, what)) => Err(UnpackError::Damaged { what }),
        None => Ok(()),
    }
}

fn fits(catalogue: &Catalogue, requirement: usize) -> bool {
    let family = catalogue.requirements[requirement].family as usize;
    let variants = catalogue.variants_of_family(family).len();
    let range = super::between(&catalogue.interval_starts, requirement);
    catalogue.intervals[range].iter().all(|&(_, end)| end as usize <= variants)
}

/// Where the parts of a table begin, and where the last one ends.
struct Starts(Vec<u32>);

impl Default for Starts {
    fn default() -> Self {
        Self(vec![0])
    }
}

impl Starts {
    fn add(&mut self, count: u32) -> Result<(), UnpackError> {
        let last = self.0.last().copied().unwrap_or_default();
        let next = last.checked_add(count);
        self.0.push(next.ok_or(UnpackError::Damaged { what: "a table is too long" })?);
        Ok(())
    }

    fn total(&self) -> usize {
        self.0.last().copied().unwrap_or_default() as usize
    }
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn number(&mut self, mut number: u64) {
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                self.bytes.push(low & 0x7f);
                break;
            }
            self.bytes.push(low | 0x80);
        }
    }

    fn span(&mut self, span: Span) {
        self.number(u64::from(span.start));
        self.number(u64::from(span.end - span.start));
    }
}

struct Reader<'bytes> {
    rest: &'bytes [u8],
}

impl Reader<'_> {
    fn long(&mut self) -> Result<u64, UnpackError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let Some((&byte, rest)) = self.rest.split_first() else { break };
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(UnpackError::Damaged { what: "a number has no end" })
    }

    fn number(&mut self) -> Result<u32, UnpackError> {
        u32::try_from(self.long()?)
            .map_err(|_| UnpackError::Damaged { what: "a number is too large" })
    }

    /// How many entries follow, each of which takes a byte at least.
    fn count(&mut self) -> Result<usize, UnpackError> {
        let count = self.number()? as usize;
        self.expect(count)?;
        Ok(count)
    }

    fn expect(&self, count: usize) -> Result<(), UnpackError> {
        if count > self.rest.len() {
            return Err(UnpackError::Damaged { what: "a table is longer than the file" });
        }
        Ok(())
    }

    fn span(&mut self) -> Result<Span, UnpackError> {
        let start = self.number()?;
        match start.checked_add(self.number()?) {
            Some(end) => Ok(Span { start, end }),
            None => Err(UnpackError::Damaged { what: "a text has no end" }),
        }
    }
}

/// Tells accidents, not attacks: every eight bytes are mixed into four sums that do not wait for each other.
fn checksum(bytes: &[u8]) -> u64 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |sum: u64, value: u64| (sum ^ value).wrapping_mul(MIX).rotate_left(29);
    let mut sums = [1_u64, 2, 3, 4];
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for (sum, word) in sums.iter_mut().zip(words) {
            *sum = mix(*sum, u64::from_le_bytes(*word));
        }
    }
    let rest = rest.iter().fold(rest.len() as u64, |sum, &byte| mix(sum, u64::from(byte)));
    let all = sums.iter().fold(bytes.len() as u64, |sum, &part| mix(sum, part));
    mix(all, rest)
}
