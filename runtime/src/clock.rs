//! The clock that functions and schedules see. `--clock` shifts it; it then runs on at its usual pace.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::time::Duration;
use wasmtime_wasi::HostWallClock;

/// China Standard Time, in which all legal time is counted.
pub const CHINA: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => panic!("eight hours are within a day"),
};

/// How far the functions' clock is from the machine's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    shift: TimeDelta,
}

impl Clock {
    /// A clock that shows `start` at this moment.
    pub fn starting_at(start: DateTime<FixedOffset>) -> Self {
        Self {
            shift: start.to_utc() - Utc::now(),
        }
    }

    /// Now, in China.
    pub fn now(self) -> DateTime<FixedOffset> {
        (Utc::now() + self.shift).with_timezone(&CHINA)
    }
}

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    /// Since 1970; a clock shifted to before that shows 1970.
    fn now(&self) -> Duration {
        let now = Clock::now(*self);
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Duration::new(seconds, now.timestamp_subsec_nanos().min(999_999_999))
    }
}
