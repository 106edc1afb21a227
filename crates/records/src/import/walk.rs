//! A folder: what lies in it and beneath it, in the order of names.
//!
//! A folder with `new` and `cur` is a Maildir: what lies in both is a message whatever it holds, flags stand in
//! names, folders whose names begin with a dot are its folders (Maildir++), `tmp` and the empty mark
//! `maildirfolder` are passed over. Any other file
//! is what its octets say. Invariant: no link is followed, so nothing outside of the folder is read.

use std::fs::{self, File, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::found::{Flags, Found, Place, Problem, printable};
use super::octets::{alone, open_file};
use super::run::{Counted, Run};
use super::{Items, moment, single};

pub struct Walk {
    /// What is yet to do, the next at the end.
    stack: Vec<Step>,
    /// How many messages of each kind of folder were given; the number of a place.
    number: u64,
    items: Option<Items>,
    run: Rc<Run>,
}

struct Step {
    path: PathBuf,
    kind: Kind,
    /// As it is shown, beneath the folder that was opened.
    shown: String,
    /// The folder of mail that it belongs to.
    folder: String,
    depth: u32,
}

enum Kind {
    Folder,
    /// `new` or `cur` of a Maildir.
    Letters,
    Letter,
    File,
    Link,
}

impl Walk {
    pub fn open(path: &Path, run: &Rc<Run>) -> io::Result<Self> {
        fs::read_dir(path)?;
        let root = Step {
            path: path.to_owned(),
            kind: Kind::Folder,
            shown: String::new(),
            folder: String::new(),
            depth: 0,
        };
        Ok(Self {
            stack: vec![root],
            number: 0,
            items: None,
            run: run.clone(),
        })
    }

    fn step(&mut self, step: Step) -> Result<Option<Items>, Problem> {
        self.run.entry()?;
        match step.kind {
            Kind::Folder | Kind::Letters => {
                if step.depth > self.run.limits.folder_depth {
                    return Err(Problem::TooDeep);
                }
                let beneath = self.beneath(&step).map_err(|error| Problem::from(&error))?;
                self.stack.extend(beneath.into_iter().rev());
                self.number = 0;
                Ok(None)
            }
            Kind::Link => Err(Problem::Link),
            Kind::Letter => {
                self.number += 1;
                let place = self.place(&step);
                let file = File::open(&step.path).map_err(|error| Problem::from(&error))?;
                let name = step
                    .path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let file = Box::new(Counted::new(file, &self.run));
                let letters = single::message(file, place, &self.run);
                Ok(Some(Box::new(
                    letters.map(move |found| with_name(found, &name)),
                )))
            }
            Kind::File => {
                let mut place = self.place(&step);
                place.number = 1;
                let file = File::open(&step.path).map_err(|error| Problem::from(&error))?;
                let items = open_file(Box::new(file), place.clone(), &self.run);
                let folder = place.folder;
                let items = items.map_err(|error| Problem::from(&error))?;
                Ok(Some(Box::new(
                    items.map(move |found| in_folder(found, &folder)),
                )))
            }
        }
    }

    /// What lies in a folder, in order; for a Maildir its letters first, then its folders.
    fn beneath(&self, step: &Step) -> io::Result<Vec<Step>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&step.path)? {
            let entry = entry?;
            entries.push((entry.file_name(), entry.file_type()?));
            if entries.len() as u64 > self.run.limits.entries {
                return Err(Problem::TooManyEntries.error());
            }
        }
        entries.sort_by(|a: &(std::ffi::OsString, FileType), b| a.0.cmp(&b.0));
        let is_folder = |name: &str| {
            entries
                .iter()
                .any(|(one, kind)| one == name && kind.is_dir())
        };
        let is_maildir = is_folder("cur") && is_folder("new");
        let letters = matches!(step.kind, Kind::Letters);
        let mut steps = Vec::with_capacity(entries.len());
        for (name, file_type) in &entries {
            let name_shown = printable(&name.to_string_lossy());
            let in_maildir = is_maildir && file_type.is_dir();
            let is_mark = is_maildir && file_type.is_file() && name_shown == "maildirfolder";
            if in_maildir && name_shown == "tmp" || is_mark {
                continue;
            }
            let is_box = in_maildir && (name_shown == "cur" || name_shown == "new");
            let folder = match name_shown.strip_prefix('.') {
                _ if is_box || letters => step.folder.clone(),
                Some(dotted) if in_maildir => beside(&step.folder, &dotted.replace('.', "/")),
                _ if file_type.is_dir() => beside(&step.folder, &name_shown),
                _ => step.folder.clone(),
            };
            steps.push(Step {
                path: step.path.join(name),
                kind: kind(*file_type, is_box, letters),
                shown: beside(&step.shown, &name_shown),
                folder,
                depth: step.depth + 1,
            });
        }
        Ok(steps)
    }

    fn place(&self, step: &Step) -> Place {
        let mut place = Place::of(&step.shown).at(self.number.max(1));
        place.folder.clone_from(&step.folder);
        place
    }
}

impl Iterator for Walk {
    type Item = Found;
    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.items.as_mut().and_then(Iterator::next) {
                return Some(found);
            }
            self.items = None;
            let step = self.stack.pop()?;
            let place = self.place(&step);
            match self.step(step) {
                Ok(items) => self.items = items,
                Err(problem) => {
                    if problem == Problem::TooManyEntries {
                        self.stack.clear();
                    }
                    self.items = Some(alone(problem, place));
                }
            }
        }
    }
}

fn kind(file_type: FileType, is_box: bool, letters: bool) -> Kind {
    match () {
        () if file_type.is_symlink() => Kind::Link,
        () if is_box => Kind::Letters,
        () if file_type.is_dir() => Kind::Folder,
        () if !file_type.is_file() => Kind::Link,
        () if letters => Kind::Letter,
        () => Kind::File,
    }
}

fn beside(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn in_folder(mut found: Found, folder: &str) -> Found {
    found.place.folder = match found.place.folder.as_str() {
        "" => folder.to_owned(),
        inner => beside(folder, inner),
    };
    found
}

/// Flags and seconds from the name of a letter: `1700000000.M1P2.host:2,FRS`.
fn with_name(mut found: Found, name: &str) -> Found {
    let marks = name.rfind("2,").and_then(|at| {
        let before = name[..at].chars().next_back()?;
        [':', ';', '!'].contains(&before).then(|| &name[at + 2..])
    });
    if let Some(marks) = marks {
        let has = |mark: char| marks.contains(mark);
        let sent = found.flags.sent;
        found.flags = Flags {
            read: has('S'),
            answered: has('R'),
            forwarded: has('P'),
            flagged: has('F'),
            deleted: has('T'),
            draft: has('D'),
            sent,
        };
    }
    let seconds = name
        .split('.')
        .next()
        .and_then(|digits| digits.parse::<i64>().ok());
    // Names that begin with another number have no seconds in them.
    found.received_at = seconds
        .filter(|seconds| *seconds > 100_000_000)
        .and_then(moment::of_secs);
    found
}
