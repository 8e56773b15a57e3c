//! Sets of small numbers as words of bits; every function takes slices of one length.

/// How many words hold `count` bits.
pub(crate) const fn words_for(count: usize) -> usize {
    count.div_ceil(64)
}

/// The bits of the word at `word` that lie in `start..end`.
fn mask(word: usize, start: usize, end: usize) -> u64 {
    let first = word * 64;
    let low = start.saturating_sub(first);
    let high = end.saturating_sub(first).min(64);
    if low >= high {
        return 0;
    }
    (u64::MAX << low) & (u64::MAX >> (64 - high))
}

/// Adds `start..end`.
pub(crate) fn set_range(words: &mut [u64], start: usize, end: usize) {
    if start < end {
        let last = end.div_ceil(64).min(words.len());
        for (word, bits) in words.iter_mut().enumerate().take(last).skip(start / 64) {
            *bits |= mask(word, start, end);
        }
    }
}

/// Whether anything of `start..end` is in the set.
pub(crate) fn any_in_range(words: &[u64], start: usize, end: usize) -> bool {
    if start >= end {
        return false;
    }
    let last = end.div_ceil(64).min(words.len());
    (start / 64..last).any(|word| words[word] & mask(word, start, end) != 0)
}

/// Whether all of the set lies in some intervals.
pub(crate) fn is_within(words: &[u64], intervals: &[(u32, u32)]) -> bool {
    words.iter().enumerate().all(|(word, &bits)| {
        let mut rest = bits;
        for &(start, end) in intervals {
            if rest == 0 {
                break;
            }
            rest &= !mask(word, start as usize, end as usize);
        }
        rest == 0
    })
}

/// The least number that is in both sets.
pub(crate) fn first_common(one: &[u64], other: &[u64]) -> Option<usize> {
    let mut common = one.iter().zip(other).map(|(one, other)| one & other);
    let word = common.position(|bits| bits != 0)?;
    Some(word * 64 + (one[word] & other[word]).trailing_zeros() as usize)
}

/// Adds one number.
pub(crate) fn set(words: &mut [u64], index: usize) {
    words[index / 64] |= 1 << (index % 64);
}

/// Takes one number out.
pub(crate) fn clear(words: &mut [u64], index: usize) {
    words[index / 64] &= !(1 << (index % 64));
}

/// Whether a number is in the set; those beyond its words are not.
pub(crate) fn has(words: &[u64], index: usize) -> bool {
    words.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
}

/// The members, ascending.
pub(crate) fn ones(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(word, &bits)| {
        let mut rest = bits;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            (bit < 64).then_some(word * 64 + bit)
        })
    })
}

/// The least member.
pub(crate) fn first(words: &[u64]) -> Option<usize> {
    let word = words.iter().position(|&bits| bits != 0)?;
    Some(word * 64 + words[word].trailing_zeros() as usize)
}

/// How many members there are.
pub(crate) fn count(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

/// Whether all of `inner` is in `outer`.
pub(crate) fn is_subset(inner: &[u64], outer: &[u64]) -> bool {
    inner.iter().zip(outer).all(|(inner, outer)| inner & !outer == 0)
}

/// Whether the two share a member.
pub(crate) fn intersects(one: &[u64], other: &[u64]) -> bool {
    one.iter().zip(other).any(|(one, other)| one & other != 0)
}

/// Keeps what is in `other` too.
pub(crate) fn keep(words: &mut [u64], other: &[u64]) {
    words.iter_mut().zip(other).for_each(|(word, other)| *word &= other);
}

/// Takes out what is in `other`.
pub(crate) fn remove(words: &mut [u64], other: &[u64]) {
    words.iter_mut().zip(other).for_each(|(word, other)| *word &= !other);
}

#[cfg(test)]
mod tests {
    use super::{
        any_in_range, clear, count, first, first_common, has, is_within, ones, set, set_range,
        words_for,
    };

    #[test]
    fn ranges_cross_words() {
        for (start, end) in [(0, 0), (0, 1), (0, 64), (3, 64), (63, 65), (64, 130), (5, 190)] {
            let mut words = vec![0; words_for(192)];
            set_range(&mut words, start, end);
            assert_eq!(ones(&words).collect::<Vec<_>>(), (start..end).collect::<Vec<_>>());
            assert_eq!(count(&words) as usize, end - start);
            assert_eq!(first(&words), (start < end).then_some(start));
            for (from, to) in [(0, 1), (0, 192), (4, 5), (64, 65), (129, 130), (190, 192)] {
                let expected = start.max(from) < end.min(to);
                assert_eq!(any_in_range(&words, from, to), expected, "{start}..{end} {from}..{to}");
                let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                let (low, high) = (narrow(from), narrow(to));
                let is_inside = (start..end).all(|number| (from..to).contains(&number));
                assert_eq!(is_within(&words, &[(low, high)]), is_inside);
                let mut other = vec![0; words_for(192)];
                set_range(&mut other, from, to);
                let common = (start..end).find(|number| (from..to).contains(number));
                assert_eq!(first_common(&words, &other), common);
            }
        }
    }

    #[test]
    fn members_come_and_go() {
        let mut words = vec![0; 2];
        set(&mut words, 70);
        assert!(has(&words, 70) && !has(&words, 71) && !has(&words, 700));
        clear(&mut words, 70);
        assert!(!has(&words, 70));
    }
}
