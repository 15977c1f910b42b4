//! Derives the steps of a row from its status and its times.

use jiff::Timestamp;

use super::{Line, PlannedStep};
use crate::model::Language;
use crate::model::names::property;
use crate::warnings::sheet::cell::Cell;
use crate::warnings::sheet::columns::{value_name, value_named};
use crate::warnings::sheet::sheet_time;
use crate::warnings::{Action, ActionRequest, Status, Verdict};

/// The text for required notes and reasons that the sheet does not have.
const IMPORTED: &str = "由既有台账导入";

impl Line<'_> {
    /// The status of the row: from its status column, or derived from its times.
    fn status(&mut self, unit: Option<&str>) -> Status {
        if let Some(text) = self.text(property::STATUS) {
            let named =
                value_named(self.words, property::STATUS, &text).unwrap_or_else(|| text.clone());
            return Status::parse(&named).unwrap_or_else(|| {
                self.no_value("status", Status::ALL.iter().map(|s| s.as_str()), &text);
                Status::Reported
            });
        }
        let says = |column: &str| self.cell(column) != &Cell::Empty;
        if says(property::CLOSED_AT) {
            Status::Closed
        } else if says("verified_at") {
            Status::Verified
        } else if says("handled_at") {
            Status::Handled
        } else if says("dispatched_at") || unit.is_some() {
            Status::Dispatched
        } else if says(property::FILED_AT) {
            Status::Filed
        } else {
            Status::Reported
        }
    }

    /// The steps from the report to the status of the row.
    pub(super) fn steps(
        &mut self,
        reported_at: Option<Timestamp>,
        unit: Option<&str>,
        note: Option<&str>,
    ) -> (Status, Vec<PlannedStep>) {
        use Action::{Close, Dispatch, File, Handle, Park, Rate, Reject, Return, Start, Verify};
        let status = self.status(unit);
        let worked: &[Action] = &[File, Dispatch, Start, Handle, Verify, Close];
        let mut path: Vec<Action> = match status {
            Status::Reported | Status::Merged => Vec::new(),
            Status::Filed => vec![File],
            Status::Rejected => vec![Reject],
            Status::Dispatched => worked[..2].to_vec(),
            Status::Returned => vec![File, Dispatch, Return],
            Status::Handling => worked[..3].to_vec(),
            Status::Handled => worked[..4].to_vec(),
            Status::Verified => worked[..5].to_vec(),
            Status::Closed => worked.to_vec(),
            Status::Parked if unit.is_some() => vec![File, Dispatch, Park],
            Status::Parked => vec![File, Park],
        };
        if path.contains(&Dispatch) && unit.is_none() && self.cell("unit") == &Cell::Empty {
            let word = value_name(
                self.words,
                self.names,
                property::STATUS,
                status.as_str(),
                Language::Chinese,
            );
            self.wrong(
                "unit",
                format!("状态为“{word}”的事件应填写承办单位"),
                format!("a case with the status {status} needs a unit"),
            );
        }
        let rating = self.number("rating", 5.0);
        if status == Status::Closed && rating.is_some() {
            path.push(Rate);
        }
        let why = self.text("because");
        let due_at = self.moment("due_at");
        let until = self.moment("parked_until");
        let mut last = reported_at.unwrap_or(self.now);
        let mut steps = Vec::with_capacity(path.len());
        for action in path {
            let column = match action {
                File => property::FILED_AT,
                Dispatch => "dispatched_at",
                Handle => "handled_at",
                Verify => "verified_at",
                // Both closed and rejected cases have their end in this column.
                Close | Reject => property::CLOSED_AT,
                _ => "",
            };
            let at = self.past(column).unwrap_or(last);
            if at < last {
                let (at, last) = (sheet_time(at), sheet_time(last));
                self.wrong(
                    column,
                    format!("{at} 早于前一步的时间 {last}"),
                    format!("{action} at {at} is earlier than the previous step at {last}"),
                );
            }
            last = last.max(at);
            let mut request = ActionRequest::new(action);
            match action {
                Reject | Return => {
                    request.reason = Some(why.clone().unwrap_or_else(|| IMPORTED.to_owned()));
                }
                Dispatch => {
                    request.unit = unit.map(str::to_owned);
                    request.due_at = due_at;
                    if due_at.is_some_and(|due| due <= last) {
                        self.wrong(
                            "due_at",
                            format!("期限不晚于派遣时间 {}，应晚于派遣时间", sheet_time(last)),
                            format!(
                                "the due date is not after the dispatch at {}",
                                sheet_time(last)
                            ),
                        );
                    }
                }
                Handle => request.note = Some(note.unwrap_or(IMPORTED).to_owned()),
                Verify => {
                    request.result = Some(Verdict::Pass);
                    request.reason = Some(IMPORTED.to_owned());
                }
                Park => {
                    request.reason = Some(why.clone().unwrap_or_else(|| IMPORTED.to_owned()));
                    request.until = until;
                    if until.is_none() {
                        self.wrong(
                            "parked_until",
                            "挂账事件应填写“挂账至”的日期",
                            "a parked case needs the date until which it is parked",
                        );
                    }
                }
                Rate => match rating {
                    Some(n) if n.fract() == 0.0 && (1.0..=5.0).contains(&n) => {
                        request.rating = Some(n as u8);
                    }
                    _ => self.wrong(
                        "rating",
                        "应为 1 到 5 的整数",
                        "expected a whole number from 1 to 5",
                    ),
                },
                _ => {}
            }
            steps.push(PlannedStep { at: last, request });
        }
        (status, steps)
    }
}
