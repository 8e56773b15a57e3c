//! The moves of calendar versions.

use crate::{Date, Level, Phase, PreStep, Step, Version};

use super::{
    Dates, calendar, parse,
    pattern::Pattern,
    token::Field,
    value::{Mark, Value, Word},
    write,
};

/// The version after `from`.
///
/// *Errors*: why there is none, for people.
pub(super) fn step(
    pattern: &Pattern,
    dates: Dates,
    from: &Version,
    step: &Step,
    today: Date,
) -> Result<Version, String> {
    let from_values =
        parse::values(pattern, from.canonical()).map_err(|error| error.to_string())?;
    let mut moved = Move { pattern, old: &from_values, new: from_values.clone() };
    match step {
        Step::Date => moved.move_to_date(today)?,
        Step::Level(level, None) => moved.move_to_level(*level, dates, today, Finish::Allowed)?,
        Step::Level(level, Some(pre)) => {
            moved.move_to_level(*level, dates, today, Finish::Allowed)?;
            if moved.is_final_of_old() {
                moved.new.clone_from_slice(moved.old);
                moved.move_to_prerelease(pre)?;
            } else {
                moved.begin_prerelease(pre)?;
            }
        }
        Step::NextDevelopment(level, pre) => {
            moved.move_to_level(*level, dates, today, Finish::Never)?;
            let development = PreStep { phase: Phase::Other("dev".into()), start: None };
            moved.begin_prerelease(pre.as_ref().unwrap_or(&development))?;
        }
        Step::Pre(pre) => moved.move_to_prerelease(pre)?,
        Step::Final => {
            if !from.is_prerelease() {
                return Err("it is final already".into());
            }
            moved.finish();
        }
    }
    let next = write::version(pattern, &moved.new, None);
    if next.key() <= from.key() {
        return Err(moved.why_nothing_moved(step));
    }
    match parse::values(pattern, next.canonical()) {
        Ok(values) if write::key(pattern, &values) == *next.key() => Ok(next),
        _ => Err(format!("`{}` has no room for {today}", pattern.text)),
    }
}

/// The version a project without one starts with.
pub(super) fn first(pattern: &Pattern, today: Date) -> Version {
    let values: Vec<_> = (0..pattern.slots.len())
        .map(|slot| match pattern.slots[slot].field() {
            Field::Tag => Value::Mark(Mark::Final),
            Field::Modifier | Field::Letter => Value::Absent,
            // Four digits leave lexical room, and no leading zero that a reader could strip.
            Field::Build => Value::Build("1001".into()),
            field if field.is_calendar() => Value::Number(calendar::written(today, pattern, slot)),
            field => Value::Number(field.initial()),
        })
        .collect();
    write::version(pattern, &values, None)
}

/// Whether a level may be reached by finishing the pre-release that leads to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Finish {
    Allowed,
    Never,
}

const COUNTERS: [Field; 4] =
    [Field::Counter, Field::CounterFromOne, Field::Letter, Field::SmallLetter];

struct Move<'version> {
    pattern: &'version Pattern,
    old: &'version [Value],
    new: Vec<Value>,
}

impl Move<'_> {
    /// Today's version, or the next of today.
    fn move_to_date(&mut self, today: Date) -> Result<(), String> {
        let moved_on = self.set_date(today);
        if !self.is_prerelease() || moved_on {
            self.raise_all(&COUNTERS)?;
            if self.pattern.find(&COUNTERS).is_none() {
                self.raise_all(&[Field::Micro])?;
            }
        }
        self.raise_all(&[Field::Build])?;
        self.finish();
        self.reset_after_first_change();
        Ok(())
    }

    /// The next version of a level.
    fn move_to_level(
        &mut self,
        level: Level,
        dates: Dates,
        today: Date,
        finish: Finish,
    ) -> Result<(), String> {
        let raised = match level {
            Level::None => return Err("no change needs no version".into()),
            Level::Patch => self.pattern.find(&[
                Field::Patch,
                Field::Micro,
                Field::Counter,
                Field::CounterFromOne,
                Field::Letter,
                Field::SmallLetter,
                Field::Build,
            ]),
            Level::Minor => self.pattern.find(&[Field::Minor]),
            Level::Major => self.pattern.find(&[Field::Major, Field::Minor]),
        };
        let keeps_date = dates == Dates::Line && level == Level::Patch;
        let Some(raised) = raised else {
            if keeps_date {
                return Err("the pattern has no number for a further release of a line; \
                            add MICRO or PATCH"
                    .into());
            }
            return self.move_to_date(today);
        };
        let moved_on = !keeps_date && self.set_date(today);
        let finishes = finish == Finish::Allowed
            && !moved_on
            && self.is_prerelease()
            && self.is_initial_after(raised);
        if !finishes {
            self.raise(raised)?;
        }
        if self.pattern.slots[raised].field() != Field::Build {
            self.raise_all(&[Field::Build])?;
        }
        self.finish();
        self.reset_after_first_change();
        Ok(())
    }

    /// Sets the calendar's fields to `today`, never back; tells whether they changed.
    fn set_date(&mut self, today: Date) -> bool {
        let slots: Vec<_> = (self.pattern.order.iter().copied())
            .filter(|slot| self.pattern.slots[*slot].field().is_calendar())
            .collect();
        let then: Vec<_> = slots.iter().map(|slot| self.old[*slot].number()).collect();
        let now: Vec<_> =
            slots.iter().map(|slot| Some(calendar::written(today, self.pattern, *slot))).collect();
        if now <= then {
            return false;
        }
        for (slot, number) in slots.into_iter().zip(now) {
            self.new[slot] = number.map_or(Value::Absent, Value::Number);
        }
        true
    }

    fn raise_all(&mut self, fields: &[Field]) -> Result<(), String> {
        for slot in 0..self.pattern.slots.len() {
            if fields.contains(&self.pattern.slots[slot].field()) {
                self.raise(slot)?;
            }
        }
        Ok(())
    }

    fn raise(&mut self, slot: usize) -> Result<(), String> {
        let field = self.pattern.slots[slot].field();
        let last = || format!("{} cannot go above {}", field.noun(), u64::MAX);
        self.new[slot] = match &self.new[slot] {
            Value::Build(digits) if self.pattern.slots[slot].token.name == "BLD" => {
                let number = digits.parse().ok().and_then(next_lexical).ok_or_else(last)?;
                Value::Build(number.to_string())
            }
            Value::Build(digits) => Value::Build(next_build(digits).ok_or_else(last)?),
            value => {
                let number = value.number().unwrap_or_else(|| field.initial());
                Value::Number(number.checked_add(1).ok_or_else(last)?)
            }
        };
        Ok(())
    }

    /// Numbers start anew to the right of the first change.
    fn reset_after_first_change(&mut self) {
        let Some(changed) = (0..self.old.len()).find(|slot| self.is_changed(*slot)) else {
            return;
        };
        for slot in changed + 1..self.new.len() {
            let field = self.pattern.slots[slot].field();
            if field.resets() {
                self.new[slot] = Value::Number(field.initial());
            }
        }
    }

    fn is_changed(&self, slot: usize) -> bool {
        let field = self.pattern.slots[slot].field();
        !matches!(field, Field::Tag | Field::TagNumber | Field::Modifier)
            && self.old[slot] != self.new[slot]
    }

    fn is_initial_after(&self, raised: usize) -> bool {
        (raised + 1..self.old.len()).all(|slot| {
            let field = self.pattern.slots[slot].field();
            field == Field::TagNumber
                || !field.resets()
                || self.old[slot].number().is_none_or(|number| number == field.initial())
        })
    }

    fn is_prerelease(&self) -> bool {
        self.old.iter().any(|value| write::mark(value).is_prerelease())
    }

    /// Whether nothing but the pre-release's marks and the build number sets it apart from where it began.
    fn is_final_of_old(&self) -> bool {
        let same = |slot: usize| {
            self.pattern.slots[slot].field() == Field::Build || !self.is_changed(slot)
        };
        self.is_prerelease() && (0..self.old.len()).all(same)
    }

    /// Drops tag, its number and modifier.
    fn finish(&mut self) {
        for (slot, value) in self.pattern.slots.iter().zip(&mut self.new) {
            match slot.field() {
                Field::Tag => *value = Value::Mark(Mark::Final),
                Field::TagNumber => *value = Value::Number(0),
                Field::Modifier => *value = Value::Absent,
                _ => {}
            }
        }
    }

    /// The slot for a pre-release's name.
    fn mark_slot(&self) -> Result<usize, String> {
        self.pattern
            .find(&[Field::Tag, Field::Modifier])
            .filter(|slot| !self.pattern.slots[*slot].implied)
            .ok_or_else(|| {
                "the pattern has no place for pre-releases; add [PYTAGNUM], [-TAG] or [-MODIFIER]"
                    .into()
            })
    }

    /// Makes a version that is final so far the first pre-release of its kind.
    fn begin_prerelease(&mut self, pre: &PreStep) -> Result<(), String> {
        let slot = self.mark_slot()?;
        let mark = Mark::from_phase(&pre.phase);
        let is_tag = self.pattern.slots[slot].field() == Field::Tag;
        self.new[slot] = match mark {
            Mark::Other if is_tag => {
                return Err(format!(
                    "tags are dev, alpha, beta and rc; there is no `{}`",
                    pre.phase.label()
                ));
            }
            mark if is_tag => Value::Mark(mark),
            _ => {
                let word = Word::first(pre.phase.label(), pre.start);
                let is_word = Word::parse(&word.text()).is_some_and(|read| read == word);
                Value::Word(is_word.then_some(word).ok_or("the label is no word")?)
            }
        };
        if let Some(number) = self.pattern.find(&[Field::TagNumber]) {
            self.new[number] = Value::Number(pre.start.unwrap_or(0));
        }
        Ok(())
    }

    /// The next pre-release on the way to the same final version.
    fn move_to_prerelease(&mut self, pre: &PreStep) -> Result<(), String> {
        let slot = self.mark_slot()?;
        if !self.is_prerelease() {
            return Err("it is final; say with a level which version comes next".into());
        }
        let (old, new) = (write::mark(&self.old[slot]), Mark::from_phase(&pre.phase));
        let same_label = match &self.old[slot] {
            Value::Word(word) if new == Mark::Other => word.label() == pre.phase.label(),
            _ => true,
        };
        self.raise_all(&[Field::Build])?;
        if new != old || !same_label {
            return self.begin_prerelease(pre);
        }
        match &self.old[slot] {
            Value::Word(word) => {
                let next = word.next(pre.start).ok_or("its number is the last there is")?;
                self.new[slot] = Value::Word(next);
                Ok(())
            }
            _ => match self.pattern.find(&[Field::TagNumber]) {
                Some(number) => self.raise(number),
                None => Ok(()),
            },
        }
    }

    fn why_nothing_moved(&self, step: &Step) -> String {
        match step {
            Step::Pre(_) if self.pattern.find(&[Field::TagNumber, Field::Modifier]).is_none() => {
                "the pattern does not count pre-releases; add NUM".into()
            }
            Step::Pre(pre) => format!("{} is not after its present stage", pre.phase.label()),
            _ if self.pattern.find(&[Field::Patch]).is_some() => {
                "its date has not changed, and PATCH does not count by itself; step by patch".into()
            }
            _ => "its date has not changed, and the pattern has no counter; add [.INC0] or [A]"
                .into(),
        }
    }
}

/// The next lexical number: one whose text sorts after `digits`, also where it grows longer.
fn next_build(digits: &str) -> Option<String> {
    let number: u64 = digits.parse().ok()?;
    if number < 1000 {
        return next_lexical(number + 1000).map(|next| next.to_string());
    }
    let next = number.checked_add(1)?;
    let padded = format!("{next:0width$}", width = digits.len());
    if padded.as_bytes().first() == digits.as_bytes().first() {
        return Some(padded);
    }
    if digits.bytes().all(|digit| digit == b'9') {
        return None;
    }
    next.checked_mul(11).map(|next| next.to_string())
}

fn next_lexical(number: u64) -> Option<u64> {
    next_build(&number.to_string())?.parse().ok()
}
