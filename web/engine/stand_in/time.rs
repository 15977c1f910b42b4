//! Moments and local dates, as far as the shared files use the crate `jiff`: years 0 to 9999, fixed offsets.

use std::fmt;

/// The least and the greatest millisecond: 0000-01-01 and 9999-12-31.
const LEAST_MS: i64 = -62_167_219_200_000;
const MOST_MS: i64 = 253_402_300_799_999;
const DAY_S: i64 = 86_400;

/// A moment, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// The moment is out of range.
#[derive(Debug, Clone, Copy)]
pub struct OutOfRange;

impl Timestamp {
    /// The last moment.
    pub const MAX: Timestamp = Timestamp(MOST_MS);

    /// The moment of a millisecond.
    pub fn from_millisecond(ms: i64) -> Result<Timestamp, OutOfRange> {
        match (LEAST_MS..=MOST_MS).contains(&ms) {
            true => Ok(Timestamp(ms)),
            false => Err(OutOfRange),
        }
    }

    /// The moment of a second.
    pub fn from_second(second: i64) -> Result<Timestamp, OutOfRange> {
        Timestamp::from_millisecond(second.checked_mul(1000).ok_or(OutOfRange)?)
    }

    /// The milliseconds since the epoch.
    pub fn as_millisecond(self) -> i64 {
        self.0
    }

    /// The seconds since the epoch, rounded towards zero.
    pub fn as_second(self) -> i64 {
        self.0 / 1000
    }
}

/// Formats like RFC 3339 in UTC, with as many digits of a second as needed.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = tz::Offset::constant(0).to_datetime(*self);
        let second = self.0.div_euclid(1000).rem_euclid(60);
        let date = at.date();
        write!(f, "{}T{:02}:{:02}:{:02}", date, at.hour(), at.minute(), second)?;
        let ms = self.0.rem_euclid(1000);
        if ms != 0 {
            let digits = format!("{:03}", ms);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// A date of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i64,
}

impl Date {
    /// Year, month and day, after Howard Hinnant, "chrono-compatible low-level date algorithms".
    fn parts(self) -> (i64, i64, i64) {
        let z = self.days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        (yoe + era * 400 + i64::from(month <= 2), month, day)
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i64 {
        self.parts().1
    }

    /// The day of the month.
    pub fn day(self) -> i64 {
        self.parts().2
    }

    /// The next day.
    pub fn tomorrow(self) -> Result<Date, OutOfRange> {
        Ok(Date {
            days: self.days + 1,
        })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{:04}-{:02}-{:02}", year, month, day)
    }
}

/// A local date and time.
#[derive(Debug, Clone, Copy)]
pub struct DateTime {
    date: Date,
    minute_of_day: i64,
}

impl DateTime {
    /// The date.
    pub fn date(self) -> Date {
        self.date
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i64 {
        self.date.month()
    }

    /// The day of the month.
    pub fn day(self) -> i64 {
        self.date.day()
    }

    /// The hour, 0 to 23.
    pub fn hour(self) -> i64 {
        self.minute_of_day / 60
    }

    /// The minute, 0 to 59.
    pub fn minute(self) -> i64 {
        self.minute_of_day % 60
    }
}

/// Offsets of local time.
pub mod tz {
    use super::{Date, DateTime, Timestamp, DAY_S};

    /// An offset from UTC.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Offset(i32);

    impl Offset {
        /// An offset of whole hours.
        pub const fn constant(hours: i8) -> Offset {
            Offset(hours as i32 * 3600)
        }

        /// An offset of seconds.
        pub const fn of_seconds(seconds: i32) -> Offset {
            Offset(seconds)
        }

        /// The offset in seconds.
        pub fn seconds(self) -> i32 {
            self.0
        }

        /// The local date and time of a moment.
        pub fn to_datetime(self, at: Timestamp) -> DateTime {
            let local = at.as_millisecond().div_euclid(1000) + i64::from(self.0);
            DateTime {
                date: Date {
                    days: local.div_euclid(DAY_S),
                },
                minute_of_day: local.rem_euclid(DAY_S) / 60,
            }
        }
    }
}
