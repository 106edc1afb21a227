//! The lowest layer of PST (MS-PST §2.2): header, the two trees of pages, blocks and what they are chained into.
//!
//! Versions 14 and 15 (ANSI), 23 (Unicode) and 36 (Unicode with pages of 4 KiB and deflated blocks, as OST has
//! them). Sums of pages and blocks are not checked: what is broken shows itself above, and half a message is more
//! than none. Invariant: each page and block that is read costs a step, and an item has only so many; a child of
//! a page stands one level lower, so no tree is endless.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::rc::Rc;

use flate2::read::ZlibDecoder;

use super::super::found::Problem;
use super::super::octets::Shared;
use super::crypt::{Coding, decode};

/// Pages kept in memory.
const PAGES_KEPT_MAX: usize = 4_096;
/// A tree of pages has as many levels at most (MS-PST §2.2.2.7.7.1), one of blocks two.
const LEVELS_MAX: u8 = 8;
/// What a block holds at most, unpacked: 8 KiB, 64 KiB in OST.
const BLOCK_OCTETS_MAX: u64 = 256 * 1024;

pub type Result<T> = std::result::Result<T, Problem>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Version {
    Ansi,
    Unicode,
    Large,
}

pub struct PstFile {
    file: Shared,
    pub version: Version,
    coding: Coding,
    nodes: u64,
    blocks: u64,
    pages: RefCell<BTreeMap<u64, Rc<Page>>>,
    steps: Cell<u64>,
}

struct Page {
    octets: Vec<u8>,
    level: u8,
    entries: usize,
    entry_octets: usize,
}

/// A node: what it holds, and the tree of what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: u32,
    pub data: u64,
    pub sub: u64,
    pub parent: u32,
}

impl PstFile {
    pub fn open(file: Shared) -> Result<Self> {
        let mut header = Vec::new();
        file.borrow_mut()
            .seek(SeekFrom::Start(0))
            .map_err(|error| Problem::from(&error))?;
        let read = file
            .borrow_mut()
            .by_ref()
            .take(564)
            .read_to_end(&mut header);
        read.map_err(|error| Problem::from(&error))?;
        let version = match short(&header, 10)? {
            14 | 15 => Version::Ansi,
            23 => Version::Unicode,
            36 => Version::Large,
            _ => return Err(Problem::Unsupported),
        };
        let (nodes, blocks, coding) = match version {
            Version::Ansi => (
                u64::from(long(&header, 188)?),
                u64::from(long(&header, 196)?),
                461,
            ),
            _ => (wide(&header, 224)?, wide(&header, 240)?, 513),
        };
        let coding = match header.get(coding).ok_or(Problem::Truncated)? {
            0 => Coding::Plain,
            1 => Coding::Permuted,
            2 => Coding::Cyclic,
            _ => return Err(Problem::Encrypted),
        };
        Ok(Self {
            file,
            version,
            coding,
            nodes,
            blocks,
            pages: RefCell::default(),
            steps: Cell::new(0),
        })
    }

    /// How many steps what is read next may take.
    pub fn allow(&self, steps: u64) {
        self.steps.set(steps);
    }
    pub fn step(&self) -> Result<()> {
        let left = self
            .steps
            .get()
            .checked_sub(1)
            .ok_or(Problem::ExpandsTooMuch)?;
        self.steps.set(left);
        Ok(())
    }

    /// Calls `each` with every node of the file, in the order of ids.
    pub fn nodes(&self, each: &mut dyn FnMut(Node) -> Result<()>) -> Result<()> {
        let root = self.page(self.nodes)?;
        self.nodes_beneath(&root, each)
    }
    fn nodes_beneath(&self, page: &Page, each: &mut dyn FnMut(Node) -> Result<()>) -> Result<()> {
        for index in 0..page.entries {
            let entry = page.entry(index)?;
            if page.level > 0 {
                let child = self.child(page, entry)?;
                self.nodes_beneath(&child, each)?;
            } else {
                each(self.node(entry)?)?;
            }
        }
        Ok(())
    }
    pub fn find_node(&self, id: u32) -> Result<Option<Node>> {
        let entry = self.find(self.nodes, u64::from(id))?;
        entry.map(|entry| self.node(&entry)).transpose()
    }

    /// The data of a node block by block.
    pub fn blocks(&self, block: u64, most: u64) -> Result<Vec<Vec<u8>>> {
        let mut blocks = Vec::new();
        self.each_block(block, most, &mut |octets| blocks.push(octets.to_vec()))?;
        Ok(blocks)
    }
    fn each_block(&self, block: u64, most: u64, each: &mut dyn FnMut(&[u8])) -> Result<()> {
        let mut left = most;
        self.each_block_beneath(block, 3, &mut left, each)
    }
    fn each_block_beneath(
        &self,
        block: u64,
        depth: u8,
        left: &mut u64,
        each: &mut dyn FnMut(&[u8]),
    ) -> Result<()> {
        if block == 0 {
            return Ok(());
        }
        let octets = self.block(block)?;
        if block & 2 == 0 {
            *left = left
                .checked_sub(octets.len() as u64)
                .ok_or(Problem::MessageTooLarge)?;
            each(&octets);
            return Ok(());
        }
        let (kind, level) = (octets.first(), octets.get(1));
        if kind != Some(&1) || depth == 0 || level.is_none_or(|level| *level >= depth) {
            return Err(Problem::Damaged);
        }
        let depth = level.copied().unwrap_or_default();
        for index in 0..usize::from(short(&octets, 2)?) {
            let child = self.id(&octets, 8 + index * self.id_octets())?;
            self.each_block_beneath(child, depth, left, each)?;
        }
        Ok(())
    }

    /// What belongs to a node, by its id among its kind.
    pub fn find_sub(&self, tree: u64, id: u32) -> Result<Option<Node>> {
        let mut found = None;
        self.each_sub(tree, 2, &mut |node| {
            if node.id == id {
                found = Some(node);
            }
        })?;
        Ok(found)
    }
    fn each_sub(&self, tree: u64, depth: u8, each: &mut dyn FnMut(Node)) -> Result<()> {
        if tree == 0 {
            return Ok(());
        }
        let octets = self.block(tree)?;
        let (kind, level) = (octets.first(), octets.get(1).copied().unwrap_or(u8::MAX));
        if tree & 2 == 0 || kind != Some(&2) || level >= depth {
            return Err(Problem::Damaged);
        }
        let (word, start) = (
            self.id_octets(),
            if self.version == Version::Ansi { 4 } else { 8 },
        );
        for index in 0..usize::from(short(&octets, 2)?) {
            if level > 0 {
                let child = self.id(&octets, start + index * 2 * word + word)?;
                self.each_sub(child, level, each)?;
                continue;
            }
            let at = start + index * 3 * word;
            each(Node {
                id: long(&octets, at)?,
                data: self.id(&octets, at + word)?,
                sub: self.id(&octets, at + 2 * word)?,
                parent: 0,
            });
        }
        Ok(())
    }

    /// The octets of one block, decoded.
    fn block(&self, id: u64) -> Result<Vec<u8>> {
        let entry = self.find(self.blocks, id & !1)?.ok_or(Problem::Damaged)?;
        let (at, size) = match self.version {
            Version::Ansi => (u64::from(long(&entry, 4)?), short(&entry, 8)?),
            _ => (wide(&entry, 8)?, short(&entry, 16)?),
        };
        let mut octets = self.read(at, u64::from(size))?;
        if self.version == Version::Large {
            octets = self.inflated(at, octets)?;
        }
        if id & 2 == 0 {
            let [a, b, c, d, ..] = id.to_le_bytes();
            decode(self.coding, u32::from_le_bytes([a, b, c, d]), &mut octets);
        }
        Ok(octets)
    }
    /// A block of OST, whose trailer says how large it is without deflation.
    fn inflated(&self, at: u64, octets: Vec<u8>) -> Result<Vec<u8>> {
        let whole = (octets.len() as u64 + 24).next_multiple_of(512);
        let trailer = self.read(at.saturating_add(whole - 24), 24)?;
        if usize::from(short(&trailer, 18)?) == octets.len() || short(&trailer, 18)? == 0 {
            return Ok(octets);
        }
        let mut inflated = Vec::new();
        let read = ZlibDecoder::new(octets.as_slice())
            .take(BLOCK_OCTETS_MAX)
            .read_to_end(&mut inflated);
        read.map_err(|_| Problem::Damaged)?;
        Ok(inflated)
    }

    /// The entry of a tree with exactly this key.
    fn find(&self, root: u64, key: u64) -> Result<Option<Vec<u8>>> {
        let mut page = self.page(root)?;
        loop {
            let mut best = None;
            for index in 0..page.entries {
                let entry = page.entry(index)?;
                if self.key(entry)? > key {
                    break;
                }
                best = Some(entry);
            }
            let Some(entry) = best else {
                return Ok(None);
            };
            if page.level == 0 {
                return Ok((self.key(entry)? == key).then(|| entry.to_vec()));
            }
            let child = self.child(&page, entry)?;
            page = child;
        }
    }
    fn child(&self, page: &Page, entry: &[u8]) -> Result<Rc<Page>> {
        let at = match self.version {
            Version::Ansi => u64::from(long(entry, 8)?),
            _ => wide(entry, 16)?,
        };
        let child = self.page(at)?;
        if child.level + 1 == page.level {
            Ok(child)
        } else {
            Err(Problem::Damaged)
        }
    }
    fn page(&self, at: u64) -> Result<Rc<Page>> {
        self.step()?;
        if let Some(page) = self.pages.borrow().get(&at) {
            return Ok(page.clone());
        }
        let octets = self.read(
            at,
            if self.version == Version::Large {
                4_096
            } else {
                512
            },
        )?;
        let (entries, entry_octets, level) = match self.version {
            Version::Ansi => (octets[496].into(), octets[498], octets[499]),
            Version::Unicode => (octets[488].into(), octets[490], octets[491]),
            Version::Large => (
                usize::from(short(&octets, 4_056)?),
                octets[4_060],
                octets[4_061],
            ),
        };
        if level > LEVELS_MAX || entry_octets < 12 {
            return Err(Problem::Damaged);
        }
        let page = Rc::new(Page {
            octets,
            level,
            entries,
            entry_octets: entry_octets.into(),
        });
        let mut pages = self.pages.borrow_mut();
        if pages.len() >= PAGES_KEPT_MAX {
            pages.clear();
        }
        pages.insert(at, page.clone());
        Ok(page)
    }

    fn read(&self, at: u64, octets: u64) -> Result<Vec<u8>> {
        self.step()?;
        let mut file = self.file.borrow_mut();
        file.seek(SeekFrom::Start(at))
            .map_err(|error| Problem::from(&error))?;
        let mut read = Vec::new();
        file.by_ref()
            .take(octets)
            .read_to_end(&mut read)
            .map_err(|error| Problem::from(&error))?;
        if read.len() as u64 == octets {
            Ok(read)
        } else {
            Err(Problem::Truncated)
        }
    }

    fn node(&self, entry: &[u8]) -> Result<Node> {
        let word = self.id_octets();
        Ok(Node {
            id: long(entry, 0)?,
            data: self.id(entry, word)?,
            sub: self.id(entry, 2 * word)?,
            parent: long(entry, 3 * word)?,
        })
    }
    fn key(&self, entry: &[u8]) -> Result<u64> {
        self.id(entry, 0)
    }
    fn id(&self, octets: &[u8], at: usize) -> Result<u64> {
        if self.version == Version::Ansi {
            long(octets, at).map(u64::from)
        } else {
            wide(octets, at)
        }
    }
    fn id_octets(&self) -> usize {
        if self.version == Version::Ansi { 4 } else { 8 }
    }
}

impl Page {
    fn entry(&self, index: usize) -> Result<&[u8]> {
        let at = index * self.entry_octets;
        self.octets
            .get(at..at + self.entry_octets)
            .ok_or(Problem::Damaged)
    }
}

pub fn short(octets: &[u8], at: usize) -> Result<u16> {
    field(octets, at).map(u16::from_le_bytes)
}

pub fn long(octets: &[u8], at: usize) -> Result<u32> {
    field(octets, at).map(u32::from_le_bytes)
}

pub fn wide(octets: &[u8], at: usize) -> Result<u64> {
    field(octets, at).map(u64::from_le_bytes)
}

fn field<const N: usize>(octets: &[u8], at: usize) -> Result<[u8; N]> {
    let part = octets.get(at..).and_then(<[u8]>::first_chunk::<N>);
    part.copied().ok_or(Problem::Damaged)
}
