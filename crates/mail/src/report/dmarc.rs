//! DMARC aggregate reports (RFC 9990): who sent in a domain's name, and whether it aligned.

use std::net::IpAddr;

use model::{Domain, limits};

use super::word;
use super::xml::{Node, walk};

#[derive(Clone, PartialEq, Eq)]
pub struct DmarcReport {
    /// The system that reports.
    pub reporter: String,
    pub report_id: String,
    /// Seconds since 1970.
    pub begins: i64,
    pub ends: i64,
    /// The domain whose record was applied.
    pub domain: Domain,
    /// At most 5,000.
    pub rows: Vec<DmarcRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DmarcRow {
    pub source: IpAddr,
    pub count: u64,
    /// `none`, `quarantine` or `reject`.
    pub disposition: &'static str,
    pub dkim_aligned: bool,
    pub spf_aligned: bool,
}

impl std::fmt::Debug for DmarcReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DmarcReport({} rows)", self.rows.len())
    }
}

#[derive(Default)]
struct Reading {
    reporter: String,
    report_id: String,
    begins: i64,
    ends: i64,
    domain: Option<Domain>,
    rows: Vec<DmarcRow>,
    row: Row,
}

#[derive(Default)]
struct Row {
    source: Option<IpAddr>,
    count: Option<u64>,
    disposition: Option<&'static str>,
    dkim: bool,
    spf: bool,
}

pub(super) fn read(bytes: &[u8]) -> Option<DmarcReport> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{FEFF}');
    let mut reading = Reading::default();
    walk(text, &mut |path, node| reading.see(path, node))?;
    Some(DmarcReport {
        reporter: reading.reporter,
        report_id: reading.report_id,
        begins: reading.begins,
        ends: reading.ends,
        domain: reading.domain?,
        rows: reading.rows,
    })
}

impl Reading {
    fn see(&mut self, path: &[&str], node: Node<'_>) -> Option<()> {
        match (path, node) {
            (["feedback", "record"], Node::Open) => self.row = Row::default(),
            (["feedback", "record"], Node::Close(_)) => {
                // A row that cannot be read is left out; the others still tell something.
                self.rows.extend(std::mem::take(&mut self.row).whole());
                (self.rows.len() <= limits::REPORT_ROWS_MAX).then_some(())?;
            }
            (["feedback", rest @ ..], Node::Close(text)) => self.value(rest, text),
            (["feedback", ..], Node::Open) => {}
            _ => return None,
        }
        Some(())
    }

    fn value(&mut self, path: &[&str], text: &str) {
        let aligned = || text.eq_ignore_ascii_case("pass");
        match path {
            ["report_metadata", "org_name"] => self.reporter = word(text),
            ["report_metadata", "report_id"] => self.report_id = word(text),
            ["report_metadata", "date_range", "begin"] => self.begins = text.parse().unwrap_or(0),
            ["report_metadata", "date_range", "end"] => self.ends = text.parse().unwrap_or(0),
            ["policy_published", "domain"] => self.domain = Domain::parse(text).ok(),
            ["record", "row", "source_ip"] => self.row.source = text.parse().ok(),
            ["record", "row", "count"] => self.row.count = text.parse().ok(),
            ["record", "row", "policy_evaluated", "disposition"] => {
                self.row.disposition = ["none", "quarantine", "reject"]
                    .into_iter()
                    .find(|w| w.eq_ignore_ascii_case(text));
            }
            ["record", "row", "policy_evaluated", "dkim"] => self.row.dkim = aligned(),
            ["record", "row", "policy_evaluated", "spf"] => self.row.spf = aligned(),
            _ => {}
        }
    }
}

impl Row {
    fn whole(self) -> Option<DmarcRow> {
        Some(DmarcRow {
            source: self.source?,
            count: self.count?.min(1 << 40),
            disposition: self.disposition.unwrap_or("none"),
            dkim_aligned: self.dkim,
            spf_aligned: self.spf,
        })
    }
}
