//! Octets of whatever kind: told apart by what they are, and given to their reader.
//!
//! A stream is read from front to end; what must be searched (ZIP, PST) is held in memory where it comes out of
//! another archive. Invariant: an archive inside of archives is opened only down to the limit of depth.

use std::cell::RefCell;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::found::{Found, Place, Problem};
use super::recognise::{Format, HEAD_OCTETS, recognise};
use super::run::{Counted, Packed, Run, Unpacked};
use super::{Items, mbox, pst, single, tar, zip};

pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// A file that several parts of it are read from.
pub type Shared = Rc<RefCell<Box<dyn ReadSeek>>>;

/// A file, or an archive that is held in memory.
pub fn open_file(file: Box<dyn ReadSeek>, place: Place, run: &Rc<Run>) -> io::Result<Items> {
    open_seekable(Box::new(Counted::new(file, run)), place, 0, run)
}

fn open_seekable(
    mut file: Box<dyn ReadSeek>,
    place: Place,
    depth: u32,
    run: &Rc<Run>,
) -> io::Result<Items> {
    let mut head = Vec::with_capacity(HEAD_OCTETS);
    file.seek(SeekFrom::Start(0))?;
    file.by_ref()
        .take(HEAD_OCTETS as u64)
        .read_to_end(&mut head)?;
    match recognise(&head) {
        Some(Format::Zip) => zip::open(Rc::new(RefCell::new(file)), place, depth, run),
        Some(Format::Pst) => Ok(pst::open(Rc::new(RefCell::new(file)), place, run)),
        format => {
            let whole = Cursor::new(head).chain(file);
            Ok(open_recognised(format, Box::new(whole), place, depth, run))
        }
    }
}

/// What comes in one stream, at this depth of archives.
pub fn open_stream(mut stream: Box<dyn Read>, place: Place, depth: u32, run: &Rc<Run>) -> Items {
    let mut head = Vec::with_capacity(HEAD_OCTETS);
    if let Err(error) = stream
        .by_ref()
        .take(HEAD_OCTETS as u64)
        .read_to_end(&mut head)
    {
        return alone(Problem::from(&error), place);
    }
    let format = recognise(&head);
    let whole = Box::new(Cursor::new(head).chain(stream));
    open_recognised(format, whole, place, depth, run)
}

fn open_recognised(
    format: Option<Format>,
    mut whole: Box<dyn Read>,
    place: Place,
    depth: u32,
    run: &Rc<Run>,
) -> Items {
    let is_archive = matches!(
        format,
        Some(Format::Gzip | Format::Tar | Format::Zip | Format::Pst)
    );
    if is_archive && depth >= run.limits.depth {
        return alone(Problem::TooDeep, place);
    }
    match format {
        Some(Format::Mbox) => Box::new(mbox::Mbox::new(whole, place, run)),
        Some(Format::Emlx) => single::emlx(whole, place, run),
        Some(Format::Message) => single::message(whole, place, run),
        Some(Format::Gzip) => {
            let (packed, taken) = Packed::new(whole);
            let unpacked = Unpacked::new(MultiGzDecoder::new(packed), Some(taken), run);
            open_stream(Box::new(unpacked), place, depth + 1, run)
        }
        Some(Format::Tar) => Box::new(tar::Tar::new(whole, place, depth, run)),
        Some(Format::Zip | Format::Pst) => {
            let held = match read_within(&mut whole, run.limits.nested) {
                Ok(Some(held)) => held,
                Ok(None) => return alone(Problem::ArchiveTooLarge, place),
                Err(error) => return alone(Problem::from(&error), place),
            };
            let opened = open_seekable(Box::new(Cursor::new(held)), place.clone(), depth, run);
            opened.unwrap_or_else(|error| alone(Problem::from(&error), place))
        }
        None => {
            let problem = match read_within(&mut whole, 0) {
                Ok(Some(_)) => Problem::Empty,
                _ => Problem::NotMail,
            };
            alone(problem, place)
        }
    }
}

/// All of a stream; `None` where it is longer than `most`.
pub fn read_within(stream: &mut dyn Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut octets = Vec::new();
    stream
        .take(most.saturating_add(1))
        .read_to_end(&mut octets)?;
    Ok((octets.len() as u64 <= most).then_some(octets))
}

pub fn alone(problem: Problem, place: Place) -> Items {
    Box::new(std::iter::once(Found::problem(problem, place)))
}
