use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn what_was_written_is_read(number in any::<u64>(), signed in any::<i64>(), text in any::<Vec<u8>>()) {
        let mut writer = Writer::default();
        writer.number(number);
        writer.signed(signed);
        writer.text(&text);
        writer.byte(7);
        let mut reader = Reader(&writer.0);
        prop_assert_eq!(reader.number(), Some(number));
        prop_assert_eq!(reader.signed(), Some(signed));
        prop_assert_eq!(reader.text(), Some(&text[..]));
        prop_assert_eq!(reader.byte(), Some(7));
        prop_assert!(reader.is_empty());
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in any::<Vec<u8>>()) {
        let mut reader = Reader(&bytes);
        while reader.text().is_some() {}
        let mut reader = Reader(&bytes);
        while reader.signed().is_some() {}
        let mut reader = Reader(&bytes);
        _ = reader.count(20);
    }
}

#[test]
fn numbers_beyond_the_range_are_refused() {
    assert_eq!(Reader(&[0xff; 11]).number(), None);
    let mut largest = vec![0xff; 9];
    largest.push(1);
    assert_eq!(Reader(&largest).number(), Some(u64::MAX));
    largest[9] = 2;
    assert_eq!(Reader(&largest).number(), None);
}
