//! Numbers of a spreadsheet that are dates, as dates: a birthday is stored as a count of days.
//!
//! Invariant: a number that no format calls a date stays as it is written.

use crate::xml::{Token, Xml};

/// Which cell styles show dates (ECMA-376 part 1 §18.8.30).
#[derive(Default)]
pub(crate) struct Styles {
    dates: Vec<bool>,
    /// Days count from 1904, as on the first Macintosh.
    pub(crate) from_1904: bool,
}

impl Styles {
    pub(super) fn of(document: &str) -> Self {
        let (mut custom, mut dates, mut in_cells) = (Vec::new(), Vec::new(), false);
        for token in Xml::of(document) {
            match token {
                Token::Open(tag) if tag.name == "numFmt" => {
                    let id = tag
                        .attribute("numFmtId")
                        .and_then(|id| id.parse::<u32>().ok());
                    let code = tag.attribute("formatCode").unwrap_or_default();
                    custom.extend(id.filter(|_| Self::is_date(&code)));
                }
                Token::Open(tag) if tag.name == "cellXfs" => in_cells = true,
                Token::Close("cellXfs") => in_cells = false,
                Token::Open(tag) if tag.name == "xf" && in_cells => {
                    let id = tag.attribute("numFmtId").and_then(|id| id.parse().ok());
                    let id = id.unwrap_or(0);
                    dates.push(
                        matches!(id, 14..=17 | 22 | 27..=36 | 50..=58) || custom.contains(&id),
                    );
                }
                _ => {}
            }
        }
        Self {
            dates,
            from_1904: false,
        }
    }

    /// The value as a reader of the sheet sees it.
    pub(crate) fn show(&self, style: usize, value: &str) -> String {
        let is_date = self.dates.get(style).copied().unwrap_or(false);
        let date = value
            .parse()
            .ok()
            .filter(|_| is_date)
            .and_then(|days| date(days, self.from_1904));
        date.unwrap_or_else(|| value.to_owned())
    }

    /// Formats that every spreadsheet has without writing them down.
    pub(crate) fn is_date_number(id: u32) -> bool {
        matches!(id, 14..=17 | 22 | 27..=36 | 50..=58)
    }

    pub(crate) fn set_dates(&mut self, dates: Vec<bool>) {
        self.dates = dates;
    }

    /// A format with day or year in it, outside of quotes and colours.
    pub(crate) fn is_date(code: &str) -> bool {
        let (mut quoted, mut bracket) = (false, false);
        for c in code.chars() {
            match c {
                '"' => quoted = !quoted,
                '[' if !quoted => bracket = true,
                ']' if !quoted => bracket = false,
                'y' | 'Y' | 'd' | 'D' if !quoted && !bracket => return true,
                _ => {}
            }
        }
        false
    }
}

/// `1961-08-04` of a count of days; the count from 1900 holds a 29 February 1900 that never was.
pub(super) fn date(days: f64, from_1904: bool) -> Option<String> {
    if !(1.0..=2_958_465.0).contains(&days) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a range of days was checked"
    )]
    let days = days as i64;
    // To days from 0000-03-01.
    let shift = if from_1904 {
        695_361
    } else {
        693_899 + i64::from(days < 60)
    };
    let days = days + shift;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    Some(format!(
        "{:04}-{month:02}-{day:02}",
        era * 400 + year + carry
    ))
}

#[cfg(test)]
mod tests;
