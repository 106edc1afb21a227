//! PDF (ISO 32000-2): texts of pages, and what stands beside them in the file.
//!
//! The reader finds objects by looking for them, not by the table of a file that may lie, and reads
//! each when it is asked for. Invariant: no object is followed twice on one way down, every unpacked
//! octet and every operator is counted, and a page whose words cannot be had is a loss.

use std::collections::BTreeSet;

use memchr::memmem;

use crate::extracted::{Because, Mark, TextForm};
use crate::image::behind;
use crate::session::{Session, inside};

mod aside;
mod cmap;
mod content;
mod file;
mod filter;
mod font;
mod glyphs;
mod lex;
mod object;
mod picture;

use content::{Fonts, Page};
use file::File;
use object::{Dict, Object};

/// Levels of the page tree.
const TREE_MAX: usize = 64;

pub(crate) fn read(session: &mut Session<'_>, place: &str, octets: &[u8]) {
    let file = File::open(session, place, octets);
    if file.encrypted {
        session.mark(Mark::Encrypted);
        return session.lost(place, Because::Encrypted);
    }
    let pages = pages(session, &file);
    if pages.is_empty() {
        session.lost(place, Because::Malformed);
    }
    let mut fonts = Fonts::new();
    for (index, page) in pages.iter().enumerate() {
        let at = inside(place, &format!("page {}", index + 1));
        if !session.page(&at) {
            break;
        }
        one(session, &at, &file, &mut fonts, page);
    }
    aside::read(session, place, &file);
    around(session, place, octets);
    if let Some(because) = file.lost.take() {
        session.lost(place, because);
    }
}

/// What stands before the header, and behind an end that no further objects follow.
fn around(session: &mut Session<'_>, place: &str, octets: &[u8]) {
    let header = memmem::find(octets, b"%PDF-").unwrap_or(0);
    behind(session, place, &octets[..header]);
    let mut ends = memmem::find_iter(octets, b"%%EOF")
        .map(|at| at + 5)
        .peekable();
    while let Some(end) = ends.next() {
        let next = ends.peek().map_or(octets.len(), |next| next - 5);
        let rest = &octets[end..next];
        if memmem::find(rest, b" obj").is_none() {
            behind(session, place, rest);
        }
    }
}

/// A page's dictionary with the resources that it inherits.
struct Leaf {
    page: Dict,
    resources: Dict,
}

fn one(session: &mut Session<'_>, place: &str, file: &File<'_>, fonts: &mut Fonts, leaf: &Leaf) {
    let mut content = Vec::new();
    for stream in file.list(leaf.page.find("Contents")) {
        let part = file.decoded(session, place, &stream);
        content.extend(part);
        content.push(b'\n');
    }
    let mut page = Page::new(file, fonts);
    page.run(session, place, &content, &leaf.resources);
    if page.unread_glyphs() {
        session.lost(place, Because::FontWithoutText);
    }
    if let Some(because) = page.lost() {
        session.lost(place, because);
    }
    let (text, pictures) = page.end();
    session.say(place, TextForm::Prose, &text);
    // Beside words a picture is most often a letterhead; alone it is a scan.
    let scanned = text.trim().is_empty();
    for picture in pictures {
        if scanned || picture::is_large(file, &picture) {
            picture::read(session, place, file, &picture);
        }
    }
}

/// The pages in order, or in the order of the file where the tree is broken.
fn pages(session: &mut Session<'_>, file: &File<'_>) -> Vec<Leaf> {
    let root = file.dict(file.trailer("Root").as_ref());
    let mut leaves = Vec::new();
    let mut seen = BTreeSet::new();
    let mut ahead: Vec<(Object, Dict, usize)> = Vec::new();
    ahead.extend(
        root.find("Pages")
            .map(|pages| (pages.clone(), Dict::default(), 0)),
    );
    while let Some((node, inherited, depth)) = ahead.pop() {
        if session.budget.work(1).is_err() || leaves.len() > session.limits.pages as usize {
            break;
        }
        if let Object::Reference(number) = node
            && !seen.insert(number)
        {
            continue;
        }
        let page = file.dict(Some(&node));
        let own = page
            .find("Resources")
            .map(|resources| file.dict(Some(resources)));
        let resources = own.unwrap_or(inherited);
        let kids = file.list(page.find("Kids"));
        if kids.is_empty() && depth > 0 {
            leaves.push(Leaf { page, resources });
        } else if depth < TREE_MAX {
            let kids = kids.into_iter().rev();
            ahead.extend(kids.map(|kid| (kid, resources.clone(), depth + 1)));
        }
    }
    if leaves.is_empty() {
        leaves = loose(file, session.limits.pages as usize);
    }
    leaves
}

/// Pages that no tree holds.
fn loose(file: &File<'_>, most: usize) -> Vec<Leaf> {
    let dicts = file
        .numbers()
        .map(|number| file.dict(Some(&Object::Reference(number))));
    let pages = dicts.filter(|dict| dict.name("Type") == Some(b"Page"));
    let leaves = pages.map(|page| Leaf {
        resources: file.dict(page.find("Resources")),
        page,
    });
    leaves.take(most + 1).collect()
}
