//! Import: every message of an old archive, with where it stood, its flags, and what was wrong with it.
//!
//! ```text
//!  recognise  what octets are, whatever their name says
//!  folder     a folder: Maildir, files of messages, of mailboxes, of archives
//!  mbox       mboxo, mboxrd, mboxcl, mboxcl2, of Apple Mail, Thunderbird, Takeout
//!  single     a message in a file of its own, emlx among them
//!  zip, tar   archives; names in them are words to show, never paths
//!  pst        PST and OST of Outlook: items made messages again
//! ```
//!
//! Nothing here writes, and nothing reads but the file or the folder that the caller opened. Octets of a message
//! are those of the container (line ends too); only what the container added is taken away. The values here are
//! not `Send`: whoever imports opens and reads on one thread.
//!
//! Invariant: what is not given as a message is given as a problem, with its place; no limit of [`Limits`] is
//! passed, and each is counted in what came out, never in what a header announced.

mod found;
mod headers;
mod limits;
mod mbox;
mod moment;
mod octets;
mod pst;
mod recognise;
mod run;
mod single;
mod tar;
mod walk;
mod zip;

use std::io::{self, Read, Seek};
use std::path::Path;
use std::rc::Rc;

pub use found::{Flags, Found, Place, Problem};
pub use limits::*;
pub use recognise::{Format, recognise};

use run::Run;

/// What an opened archive gives, one message after the other.
pub struct Import {
    run: Rc<Run>,
    items: Items,
}

type Items = Box<dyn Iterator<Item = Found>>;

/// How far an import is. `read` grows to the size of the file, or of all files of the folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub messages: u64,
    /// What was found that has a problem, be there a message or not.
    pub problems: u64,
    /// Octets of the messages so far.
    pub octets: u64,
    /// Octets of the source that have been read so far.
    pub read: u64,
}

impl Import {
    /// A file by its octets; `name` is shown in places and decides nothing.
    pub fn of_file(
        file: impl Read + Seek + 'static,
        name: &str,
        limits: Limits,
    ) -> io::Result<Self> {
        let run = Run::new(limits);
        let items = octets::open_file(Box::new(file), Place::of(name), &run)?;
        Ok(Self { run, items })
    }
    /// A folder and all beneath it; links are named as problems and not followed.
    pub fn of_folder(path: &Path, limits: Limits) -> io::Result<Self> {
        let run = Run::new(limits);
        let items = Box::new(walk::Walk::open(path, &run)?);
        Ok(Self { run, items })
    }
    pub fn progress(&self) -> Progress {
        self.run.progress()
    }
}

impl Iterator for Import {
    type Item = Found;
    fn next(&mut self) -> Option<Found> {
        let found = self.items.next()?;
        self.run.count(&found);
        Some(found)
    }
}
