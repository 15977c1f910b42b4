//! The column with the numbers of cases (受理编号).

use jiff::Timestamp;

use super::Line;
use crate::model::names::property;
use crate::warnings::CaseNumber;

impl Line<'_> {
    /// The number of the case, which names the day of the report. The outer value is `None` if it is wrong.
    pub(super) fn number_of(&mut self, reported_at: Timestamp) -> Option<Option<CaseNumber>> {
        let Some(text) = self.text(property::NUMBER) else {
            return Some(None);
        };
        let day = CaseNumber::day_of(reported_at);
        match text.parse::<CaseNumber>() {
            Ok(number) if number.day() == day => return Some(Some(number)),
            Ok(_) => self.wrong(
                property::NUMBER,
                format!(
                    "“{text}”中的日期应为上报当天，即 {}",
                    day.strftime("%Y%m%d")
                ),
                format!(
                    "{text:?} should begin with the day of the report, {}",
                    day.strftime("%Y%m%d")
                ),
            ),
            Err(error) => self.wrong(
                property::NUMBER,
                format!("应为 20261129-0042 这样的编号，实际为“{text}”"),
                error.to_string(),
            ),
        }
        None
    }
}
