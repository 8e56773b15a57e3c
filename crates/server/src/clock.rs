//! Time and randomness, which tests give as they please.

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use trainyard_registry::Moment;

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Moment + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
        })
    }

    /// A clock of one's own.
    pub fn new(tell: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

/// Gives 32 bytes that nobody can foresee.
#[derive(Clone)]
pub struct Randomness(Arc<dyn Fn() -> std::io::Result<[u8; 32]> + Send + Sync>);

impl Randomness {
    /// The machine's source.
    pub fn system() -> Self {
        Self::new(|| {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
            Ok(bytes)
        })
    }

    /// A source of one's own.
    pub fn new(give: impl Fn() -> std::io::Result<[u8; 32]> + Send + Sync + 'static) -> Self {
        Self(Arc::new(give))
    }

    /// 32 bytes. *Errors*: the machine has none to give.
    pub fn bytes(&self) -> std::io::Result<[u8; 32]> {
        (self.0)()
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Randomness")
    }
}
