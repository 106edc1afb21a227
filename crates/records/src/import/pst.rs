//! PST and OST of Outlook (MS-PST): every item of the file, and each mail made a message again (RFC 5322, MIME).
//!
//! The file is read here and by no library: the one that there is for Rust (`outlook-pst`) refuses OST, gives no
//! message without recipients, and makes room for as many values as a file announces, which ends the process and
//! cannot be caught. What is read here cannot do so: nothing is trusted, each item has a number of steps, and if
//! there were a panic all the same, it would be a problem of that item (`damaged`).
//!
//! What is given back is not what once came by SMTP, for Outlook keeps no such thing: header fields are those that
//! were kept from transport, where they were, and made of properties where not; bodies are plain, HTML and, where
//! there is nothing else, the text or the HTML of RTF, with the RTF itself beside it. Times, read and answered,
//! Message-ID and references, recipients of each kind, files, messages in messages are there. Not given: what is
//! no mail (`other_item`: appointments, contacts, tasks, notes), hidden items of folders, the layout of RTF, OLE
//! objects (`attachment_lost`), files that the item only points to (`attachment_lost`), named properties,
//! categories. Sums of pages are not verified; a password on a PST protects nothing and is passed over.
//!
//! Invariant: every item that the file lists is given, or is a problem with its place.

mod crypt;
mod file;
mod heap;
mod item;
mod mime;
mod rtf;
mod text;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::Items;
use super::found::{Found, Place, Problem, printable};
use super::octets::{Shared, alone};
use super::run::Run;
use file::{Node, PstFile, Result};
use heap::Properties;

const ROOT_FOLDER: u32 = 0x122;
const STORE: u32 = 0x21;
/// What stands above the folders that people see in OST, whose store says so in another way.
const OST_TOP: &[&str] = &["Root - Mailbox", "IPM_SUBTREE"];
const KIND: u32 = 0x1f;
const FOLDER: u32 = 0x02;
const MESSAGE: u32 = 0x04;
/// Pages and blocks that one item may take: ten times what the largest message has.
pub(super) const ITEM_STEPS_MAX: u64 = 400_000;
/// Pages that lead to the list of all items.
const LIST_STEPS_MAX: u64 = 50_000_000;
const FOLDER_OCTETS_MAX: u64 = 1024 * 1024;

struct Pst {
    file: PstFile,
    place: Place,
    /// Items yet to read, the next at the end, with the folder that each lies in.
    items: Vec<(Node, Rc<str>)>,
    numbers: BTreeMap<Rc<str>, u64>,
    /// What was wrong with the list of items, said at the end.
    broken: Option<Problem>,
    run: Rc<Run>,
}

/// The items of a file, folder by folder.
pub fn open(file: Shared, place: Place, run: &Rc<Run>) -> Items {
    let opened = guarded(|| Pst::open(file, place.clone(), run));
    match opened {
        Ok(pst) => Box::new(pst),
        Err(problem) => alone(problem, place),
    }
}

impl Pst {
    fn open(file: Shared, place: Place, run: &Rc<Run>) -> Result<Self> {
        let file = PstFile::open(file)?;
        let (mut folders, mut items) = (BTreeMap::new(), Vec::new());
        file.allow(LIST_STEPS_MAX);
        let listed = file.nodes(&mut |node| {
            match node.id & KIND {
                FOLDER => {
                    run.entry()?;
                    folders.insert(node.id, node);
                }
                MESSAGE => {
                    run.entry()?;
                    items.push(node);
                }
                _ => {}
            }
            Ok(())
        });
        let names = names(&file, &folders);
        let top = top(&file);
        let depth = run.limits.folder_depth;
        let mut paths: BTreeMap<u32, Rc<str>> = BTreeMap::new();
        for id in items.iter().map(|item| item.parent) {
            paths
                .entry(id)
                .or_insert_with(|| path(id, &folders, &names, top, depth).into());
        }
        let mut items: Vec<_> = items
            .into_iter()
            .map(|node| (node, paths[&node.parent].clone()))
            .collect();
        items.sort_by(|a, b| (&b.1, b.0.id).cmp(&(&a.1, a.0.id)));
        Ok(Self {
            file,
            place,
            items,
            numbers: BTreeMap::new(),
            broken: listed.err(),
            run: run.clone(),
        })
    }
}

impl Iterator for Pst {
    type Item = Found;
    fn next(&mut self) -> Option<Found> {
        let Some((node, folder)) = self.items.pop() else {
            let problem = self.broken.take()?;
            return Some(Found::problem(problem, self.place.clone()));
        };
        let number = self.numbers.entry(folder.clone()).or_default();
        *number += 1;
        let place = Place {
            file: self.place.file.clone(),
            folder: folder.to_string(),
            number: *number,
        };
        self.file.allow(ITEM_STEPS_MAX);
        let read = guarded(|| item::found(&self.file, node, place.clone(), &self.run.limits));
        Some(read.unwrap_or_else(|problem| Found::problem(problem, place)))
    }
}

/// A panic is a problem of what was read, and nothing else.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(Problem::Damaged))
}

fn names(file: &PstFile, folders: &BTreeMap<u32, Node>) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    for (id, node) in folders {
        file.allow(ITEM_STEPS_MAX);
        let properties = Properties::of(file, *node, FOLDER_OCTETS_MAX);
        let name = properties
            .ok()
            .and_then(|all| text::field(&all, 0x3001, encoding_rs::WINDOWS_1252));
        // A slash in a name would look like a folder.
        names.insert(
            *id,
            name.map_or_else(
                || format!("{id:x}"),
                |name| printable(&name.replace('/', "_")),
            ),
        );
    }
    names
}

/// The folder that people see as the top, as the store says.
fn top(file: &PstFile) -> u32 {
    file.allow(ITEM_STEPS_MAX);
    let find = || {
        let store = file.find_node(STORE).ok()??;
        let properties = Properties::of(file, store, FOLDER_OCTETS_MAX).ok()?;
        let (_, entry) = properties.octets(0x35e0, FOLDER_OCTETS_MAX).ok()??;
        file::long(&entry, 20).ok()
    };
    find().unwrap_or(ROOT_FOLDER)
}

/// The names from the top down to a folder.
fn path(
    id: u32,
    folders: &BTreeMap<u32, Node>,
    names: &BTreeMap<u32, String>,
    top: u32,
    depth: u32,
) -> String {
    let (mut at, mut words) = (id, Vec::new());
    while at != top && at != ROOT_FOLDER && words.len() < depth as usize {
        let (Some(folder), Some(name)) = (folders.get(&at), names.get(&at)) else {
            break;
        };
        words.push(name.as_str());
        at = folder.parent;
    }
    words.reverse();
    let words = words.strip_prefix(OST_TOP).unwrap_or(&words);
    words.join("/")
}
