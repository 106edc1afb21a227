//! The package: natives and texts first, then load files, reports and proof, the manifest, and the sums of all.
//!
//! Messages are asked for once for the natives and once more for each load file, so that none has to be kept.
//! Invariant: what comes the second time has the digest it had the first time, or the export fails.

use std::collections::BTreeSet;
use std::io::{self, Write};

use model::Timestamp;
use model::limits::{
    EXPORT_DOCUMENTS_MAX as DOCUMENTS_MAX, EXPORT_PREFIX_OCTETS_MAX as PREFIX_OCTETS_MAX,
};
use serde::Serialize;

use super::digests::Summed;
use super::manifest::manifest;
use super::sidecar::Sidecar;
use super::{Digests, Document, Family, Item, Matter, Target};
use super::{csv, dat, declaration, edrm, jsonl, mboxrd, safe_name};

const MANIFEST: &str = "manifest.json";

/// Messages by their place, in an order that stays; asked for more than once.
pub trait Source {
    fn count(&self) -> u64;
    fn item(&mut self, index: u64) -> model::Result<Item>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Mboxrd,
    Edrm,
    Dat,
    Csv,
    Jsonl,
}

impl Format {
    pub const ALL: [Self; 5] = [Self::Mboxrd, Self::Edrm, Self::Dat, Self::Csv, Self::Jsonl];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Mboxrd => "mboxrd",
            Self::Edrm => "edrm",
            Self::Dat => "dat",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
    fn path(self) -> &'static str {
        match self {
            Self::Mboxrd => "load/messages.mbox",
            Self::Edrm => "load/edrm.xml",
            Self::Dat => "load/load.dat",
            Self::Csv => "load/documents.csv",
            Self::Jsonl => "load/messages.jsonl",
        }
    }
    fn head(self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Edrm => edrm::head(out),
            Self::Dat => dat::head(out),
            Self::Csv => csv::head(out),
            Self::Mboxrd | Self::Jsonl => Ok(()),
        }
    }
    fn family(self, out: &mut dyn Write, family: &Family<'_>) -> io::Result<()> {
        match self {
            Self::Mboxrd => mboxrd::family(out, family),
            Self::Edrm => edrm::family(out, family),
            Self::Dat => dat::family(out, family),
            Self::Csv => csv::family(out, family),
            Self::Jsonl => jsonl::family(out, family),
        }
    }
    fn tail(self, out: &mut dyn Write, documents: &[Document]) -> io::Result<()> {
        match self {
            Self::Edrm => edrm::tail(out, documents),
            _ => Ok(()),
        }
    }
}

pub struct Options {
    /// Before every control number: capitals, digits and `-`, at most 16.
    pub prefix: String,
    /// The first control number.
    pub first: u64,
    /// Besides natives, sidecars and texts. Order and repetition do not matter.
    pub formats: Vec<Format>,
    pub made_at: Timestamp,
}

/// A file of the folder `proof`: bundles of evidence, checkpoints, time stamps.
pub struct Proof {
    pub name: String,
    pub octets: Vec<u8>,
}

/// What the log of the organisation records of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub items: u64,
    pub documents: u64,
    pub manifest_sha256: String,
    /// Of `SHA256SUMS`, and so of all.
    pub sums_sha256: String,
}

#[derive(Debug)]
pub enum Fault {
    Write(io::Error),
    Source(model::Error),
    /// Another message came the second time.
    Changed {
        index: u64,
    },
    TooMany,
    Prefix,
    /// Two proofs of one name.
    ProofName,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

pub fn write(
    target: &mut dyn Target,
    source: &mut dyn Source,
    matter: &Matter,
    options: &Options,
    proof: &[Proof],
) -> Result<Done, Fault> {
    if !is_prefix(&options.prefix) {
        return Err(Fault::Prefix);
    }
    let mut package = Package {
        target,
        documents: Vec::new(),
        sums: Vec::new(),
    };
    for index in 0..source.count() {
        package.natives(&source.item(index).map_err(Fault::Source)?, options)?;
    }
    let mut formats = options.formats.clone();
    formats.sort_unstable();
    formats.dedup();
    for format in &formats {
        package.load(*format, source)?;
    }
    package.put("load/README.txt", |out| out.write_all(README.as_bytes()))?;
    package.reports(matter)?;
    let mut proofs = BTreeSet::new();
    for file in proof {
        let name = safe_name(&file.name);
        if !proofs.insert(name.to_lowercase()) {
            return Err(Fault::ProofName);
        }
        package.put(&format!("proof/{name}"), |out| out.write_all(&file.octets))?;
    }
    package.close(matter, options.made_at, &formats, source.count())
}

struct Package<'a> {
    target: &'a mut dyn Target,
    documents: Vec<Document>,
    /// Path and SHA-256 of what is written.
    sums: Vec<(String, String)>,
}

impl Package<'_> {
    fn put(
        &mut self,
        path: &str,
        mut fill: impl FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Digests, Fault> {
        let mut digests = None;
        self.target.file(path, &mut |out| {
            let mut summed = Summed::new(out);
            fill(&mut summed)?;
            digests = Some(summed.finish());
            Ok(())
        })?;
        // A target that asks for nothing has written nothing.
        let digests = digests.ok_or(Fault::Write(io::ErrorKind::WriteZero.into()))?;
        self.sums.push((path.to_owned(), digests.sha256.clone()));
        Ok(digests)
    }

    fn natives(&mut self, item: &Item, options: &Options) -> Result<(), Fault> {
        let start = self.documents.len();
        let control = self.control(options)?;
        let native = format!("natives/{control}.eml");
        self.document(
            item,
            &control,
            None,
            (native, &item.octets, item.text.as_deref()),
        )?;
        for part in &item.attachments {
            let own = self.control(options)?;
            let native = format!("natives/{own}_{}", safe_name(&part.name));
            let written = (native, part.octets.as_slice(), part.text.as_deref());
            self.document(item, &own, Some(control.clone()), written)?;
        }
        let documents = self.documents.split_off(start);
        let family = Family {
            item,
            documents: &documents,
        };
        self.put(&format!("natives/{control}.json"), |out| {
            serde_json::to_writer_pretty(&mut *out, &Sidecar::of(&family))?;
            out.write_all(b"\n")
        })?;
        self.documents.extend(documents);
        Ok(())
    }

    fn document(
        &mut self,
        item: &Item,
        control: &str,
        parent: Option<String>,
        (native, octets, text): (String, &[u8], Option<&str>),
    ) -> Result<(), Fault> {
        let digests = self.put(&native, |out| out.write_all(octets))?;
        let path = text.map(|_| format!("text/{control}.txt"));
        if let (Some(path), Some(text)) = (&path, text) {
            self.put(path, |out| out.write_all(text.as_bytes()))?;
        }
        self.documents.push(Document {
            control: control.to_owned(),
            parent,
            id: item.id.clone(),
            digests,
            native,
            text: path,
            log_index: item.log_index,
        });
        Ok(())
    }

    fn control(&self, options: &Options) -> Result<String, Fault> {
        let number = options.first.saturating_add(self.documents.len() as u64);
        if number > DOCUMENTS_MAX {
            return Err(Fault::TooMany);
        }
        Ok(format!("{}{number:08}", options.prefix))
    }

    fn load(&mut self, format: Format, source: &mut dyn Source) -> Result<(), Fault> {
        let documents = std::mem::take(&mut self.documents);
        let mut fault = None;
        let written = self.put(format.path(), |out| {
            format.head(out)?;
            if let Err(found) = families(format, out, source, &documents) {
                fault = Some(found);
                return Err(io::Error::other("the source ended it"));
            }
            format.tail(out, &documents)
        });
        self.documents = documents;
        match fault {
            Some(fault) => Err(fault),
            None => written.map(|_| ()),
        }
    }

    fn reports(&mut self, matter: &Matter) -> Result<(), Fault> {
        self.put("reports/exclusions.csv", |out| {
            csv::mark(out)?;
            csv::line(out, &["ID", "REASON", "NOTE"])?;
            let mut each = matter.exclusions.iter();
            each.try_for_each(|e| csv::line(out, &[&e.id, e.reason.word(), &e.note]))
        })?;
        self.put("reports/custody.csv", |out| {
            csv::mark(out)?;
            csv::line(out, &["AT", "WHO", "WHAT"])?;
            let mut each = matter.custody.iter();
            each.try_for_each(|e| csv::line(out, &[&e.at.rfc3339(), &e.who, &e.what]))
        })?;
        Ok(())
    }

    fn close(
        mut self,
        matter: &Matter,
        made_at: Timestamp,
        formats: &[Format],
        items: u64,
    ) -> Result<Done, Fault> {
        let documents = std::mem::take(&mut self.documents);
        let stated = self.put(MANIFEST, |out| {
            manifest(out, matter, made_at, formats.to_vec(), &documents)
        })?;
        let count = documents.len() as u64;
        let text = declaration(matter, count, &stated.sha256);
        self.put("reports/declaration-902.txt", |out| {
            out.write_all(text.as_bytes())
        })?;
        let sums = std::mem::take(&mut self.sums);
        let total = self.put("SHA256SUMS", |out| {
            let mut each = sums.iter();
            each.try_for_each(|(path, sha256)| writeln!(out, "{sha256}  {path}"))
        })?;
        Ok(Done {
            items,
            documents: count,
            manifest_sha256: stated.sha256,
            sums_sha256: total.sha256,
        })
    }
}

fn families(
    format: Format,
    out: &mut dyn Write,
    source: &mut dyn Source,
    documents: &[Document],
) -> Result<(), Fault> {
    let mut rest = documents;
    for index in 0..source.count() {
        let item = source.item(index).map_err(Fault::Source)?;
        let size = 1 + item.attachments.len();
        let (own, after) = rest
            .split_at_checked(size)
            .ok_or(Fault::Changed { index })?;
        rest = after;
        if !is_same(&item, own) {
            return Err(Fault::Changed { index });
        }
        format.family(
            out,
            &Family {
                item: &item,
                documents: own,
            },
        )?;
    }
    match rest {
        [] => Ok(()),
        _ => Err(Fault::Changed {
            index: source.count(),
        }),
    }
}

fn is_same(item: &Item, own: &[Document]) -> bool {
    let octets = std::iter::once(&item.octets).chain(item.attachments.iter().map(|p| &p.octets));
    own.iter()
        .zip(octets)
        .all(|(document, octets)| document.id == item.id && document.digests == Digests::of(octets))
}

fn is_prefix(prefix: &str) -> bool {
    let letter = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
    (1..=PREFIX_OCTETS_MAX).contains(&prefix.len()) && prefix.bytes().all(letter)
}

const README: &str = "\
natives/        messages as they were kept (.eml), what is known of each (.json), attachments by control number
text/           extracted text, UTF-8
load/           load.dat: Concordance, UTF-8, fields in U+00FE parted by U+0014, line ends as U+00AE. U+00FE in a
                value is doubled, U+00AE is written (R), other control characters are spaces.
                edrm.xml: EDRM XML 1.2. documents.csv: RFC 4180; a cell that could be a formula begins with '.
                messages.jsonl: one message a line, nothing changed. messages.mbox: mboxrd, lines that begin
                with From are quoted; it is a copy for reading and no evidence.
                Dates are UTC. There are no page images and so no OPT file. PST is not written: no maintained
                writer exists, and the format breaks near its limits of size.
reports/        what was left out and why, chain of custody, a form of declaration
proof/          evidence from the log
manifest.json   what was asked, by whom, and the digests of every document
SHA256SUMS      check all files with: sha256sum -c SHA256SUMS
";
