//! Text out of attachments: what a file is, every text in it, and what could not be read.
//!
//! Readers of hostile formats, all bounded, and the process apart that runs them: [`Workers`] holds
//! limited processes, each of which runs [`serve`] behind [`sandbox::enter`]. It is not a detector
//! and decides nothing. Invariant: a file never fails; whatever was not read is an [`Unreadable`],
//! so that nothing unread ever counts as clean.

mod budget;
mod carry;
mod dicom;
mod extracted;
mod extractor;
mod frame;
mod image;
mod kind;
mod limits;
mod message;
mod ocr;
mod octets;
mod office;
mod ole;
mod pack;
mod pdf;
mod session;
mod signed;
mod text;
mod tnef;
mod tree;
mod words;
mod worker;
mod xml;

pub mod sandbox;

pub use extracted::{Because, Extracted, Mark, Text, TextForm, Unreadable};
pub use extractor::{Claim, Extractor, InProcess};
pub use kind::FileKind;
pub use limits::Limits;
pub use ocr::find_program as find_ocr_program;
pub use worker::{Count, Workers, serve};
