//! The middle layer of PST (MS-PST §2.3): a heap in a node, trees in it, properties and tables in those.
//!
//! Invariant: nothing is read but what is asked for, and nothing larger than the caller allows.

use std::collections::BTreeMap;

use super::super::found::Problem;
use super::file::{Node, PstFile, Result, Version, long, short, wide};

const TREE_LEVELS_MAX: u8 = 8;

/// What a property is: its type, and its value or where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    pub kind: u16,
    value: u32,
    /// Up to eight octets that stand in the row of a table itself.
    inline: u64,
    is_inline: bool,
}

/// The properties of a node, or of a row.
pub struct Properties<'f> {
    heap: std::rc::Rc<Heap<'f>>,
    all: BTreeMap<u16, Property>,
}

struct Heap<'f> {
    file: &'f PstFile,
    node: Node,
    blocks: Vec<Vec<u8>>,
}

impl<'f> Properties<'f> {
    /// Of a property context.
    pub fn of(file: &'f PstFile, node: Node, most: u64) -> Result<Self> {
        let heap = Heap::read(file, node, most)?;
        let mut all = BTreeMap::new();
        heap.each_record(heap.root()?, 2, 6, &mut |record| {
            let property = Property {
                kind: short(record, 2)?,
                value: long(record, 4)?,
                inline: 0,
                is_inline: false,
            };
            all.insert(short(record, 0)?, property);
            Ok(())
        })?;
        Ok(Self {
            heap: std::rc::Rc::new(heap),
            all,
        })
    }
    pub fn find(&self, id: u16) -> Option<Property> {
        self.all.get(&id).copied()
    }
    pub fn number(&self, id: u16) -> Option<u32> {
        let property = self.find(id)?;
        let value = if property.is_inline {
            property.inline as u32
        } else {
            property.value
        };
        match property.kind {
            0x0003 => Some(value),
            0x000b => Some(value & 0xff),
            _ => None,
        }
    }
    /// FILETIME.
    pub fn time(&self, id: u16) -> Option<i64> {
        let property = self.find(id).filter(|property| property.kind == 0x0040)?;
        let ticks = if property.is_inline {
            property.inline
        } else {
            wide(self.heap.item(property.value).ok()?, 0).ok()?
        };
        i64::try_from(ticks).ok()
    }
    /// Octets of a text or of a binary value.
    pub fn octets(&self, id: u16, most: u64) -> Result<Option<(u16, Vec<u8>)>> {
        let Some(property) = self.find(id) else {
            return Ok(None);
        };
        match property.kind {
            0x001e | 0x001f | 0x0102 => Ok(Some((
                property.kind,
                self.heap.value(property.value, most)?,
            ))),
            _ => Ok(None),
        }
    }
    /// The node that an object is kept in.
    pub fn object(&self, id: u16) -> Result<Option<Node>> {
        let Some(property) = self.find(id).filter(|property| property.kind == 0x000d) else {
            return Ok(None);
        };
        let node = long(self.heap.item(property.value)?, 0)?;
        self.heap.file.find_sub(self.heap.node.sub, node)
    }
}

/// The rows of a table, each with its id.
pub fn rows<'f>(
    file: &'f PstFile,
    node: Node,
    most: u64,
    count_most: usize,
) -> Result<Vec<(u32, Properties<'f>)>> {
    let heap = std::rc::Rc::new(Heap::read(file, node, most)?);
    let info = heap.item(heap.root()?)?;
    if info.first() != Some(&0x7c) {
        return Err(Problem::Damaged);
    }
    let columns = usize::from(*info.get(1).ok_or(Problem::Damaged)?);
    let (bitmap, width) = (usize::from(short(info, 6)?), usize::from(short(info, 8)?));
    let (index, matrix) = (long(info, 10)?, long(info, 14)?);
    let mut places = Vec::new();
    let index_octets = if file.version == Version::Ansi { 2 } else { 4 };
    heap.each_record(index, 4, index_octets, &mut |record| {
        let row = if index_octets == 2 {
            u32::from(short(record, 4)?)
        } else {
            long(record, 4)?
        };
        places.push((row as usize, long(record, 0)?));
        if places.len() > count_most {
            Err(Problem::TooManyEntries)
        } else {
            Ok(())
        }
    })?;
    places.sort_unstable();
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let blocks = heap.value_blocks(matrix, most)?;
    let per_block = blocks
        .first()
        .map_or(0, Vec::len)
        .checked_div(width)
        .unwrap_or(0);
    let mut rows = Vec::with_capacity(places.len());
    for (row, id) in places {
        let block = row.checked_div(per_block).ok_or(Problem::Damaged)?;
        let at = row % per_block * width;
        let cells = blocks
            .get(block)
            .and_then(|block| block.get(at..at + width))
            .ok_or(Problem::Damaged)?;
        let all = cells_of(info, columns, bitmap, cells)?;
        rows.push((
            id,
            Properties {
                heap: heap.clone(),
                all,
            },
        ));
    }
    Ok(rows)
}

fn cells_of(
    info: &[u8],
    columns: usize,
    bitmap: usize,
    cells: &[u8],
) -> Result<BTreeMap<u16, Property>> {
    let mut all = BTreeMap::new();
    for column in 0..columns {
        let at = 22 + column * 8;
        let (kind, id) = (short(info, at)?, short(info, at + 2)?);
        let (offset, size, bit) = (
            usize::from(short(info, at + 4)?),
            *info.get(at + 6).ok_or(Problem::Damaged)?,
            *info.get(at + 7).ok_or(Problem::Damaged)?,
        );
        let set = cells
            .get(bitmap + usize::from(bit / 8))
            .is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0);
        if !set {
            continue;
        }
        let cell = cells
            .get(offset..offset + usize::from(size))
            .ok_or(Problem::Damaged)?;
        let mut inline = [0; 8];
        let kept = cell.len().min(8);
        inline[..kept].copy_from_slice(&cell[..kept]);
        let inline = u64::from_le_bytes(inline);
        let property = Property {
            kind,
            value: inline as u32,
            inline,
            is_inline: true,
        };
        all.insert(id, property);
    }
    Ok(all)
}

impl<'f> Heap<'f> {
    fn read(file: &'f PstFile, node: Node, most: u64) -> Result<Self> {
        let blocks = file.blocks(node.data, most)?;
        Ok(Self { file, node, blocks })
    }
    fn root(&self) -> Result<u32> {
        let first = self.blocks.first().ok_or(Problem::Damaged)?;
        if first.get(2) == Some(&0xec) {
            long(first, 4)
        } else {
            Err(Problem::Damaged)
        }
    }

    /// An allocation of the heap (MS-PST §2.3.1.1).
    fn item(&self, id: u32) -> Result<&[u8]> {
        if id == 0 {
            return Ok(&[]);
        }
        let (index, block) = match self.file.version {
            Version::Large => (id >> 5 & 0x3fff, id >> 19),
            _ => (id >> 5 & 0x07ff, id >> 16),
        };
        let block = self.blocks.get(block as usize).ok_or(Problem::Damaged)?;
        let map = usize::from(short(block, 0)?);
        let count = u32::from(short(block, map)?);
        if id & 0x1f != 0 || index == 0 || index > count {
            return Err(Problem::Damaged);
        }
        let at = map + 4 + (index as usize - 1) * 2;
        let (from, to) = (
            usize::from(short(block, at)?),
            usize::from(short(block, at + 2)?),
        );
        block.get(from..to).ok_or(Problem::Damaged)
    }

    /// A value in the heap, or in a node beneath the node of the heap.
    fn value(&self, id: u32, most: u64) -> Result<Vec<u8>> {
        Ok(self.value_blocks(id, most)?.concat())
    }
    fn value_blocks(&self, id: u32, most: u64) -> Result<Vec<Vec<u8>>> {
        if id & 0x1f == 0 {
            let item = self.item(id)?;
            return if item.len() as u64 > most {
                Err(Problem::MessageTooLarge)
            } else {
                Ok(vec![item.to_vec()])
            };
        }
        let node = self
            .file
            .find_sub(self.node.sub, id)?
            .ok_or(Problem::Damaged)?;
        self.file.blocks(node.data, most)
    }

    /// Calls `each` with the records of a tree, their keys first.
    fn each_record(
        &self,
        tree: u32,
        key: usize,
        value: usize,
        each: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let header = self.item(tree)?;
        let [0xb5, has_key, has_value, levels, ..] = header else {
            return Err(Problem::Damaged);
        };
        if (usize::from(*has_key), usize::from(*has_value)) != (key, value)
            || *levels > TREE_LEVELS_MAX
        {
            return Err(Problem::Damaged);
        }
        self.records_beneath(long(header, 4)?, *levels, key, key + value, each)
    }
    fn records_beneath(
        &self,
        id: u32,
        level: u8,
        key: usize,
        width: usize,
        each: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        self.file.step()?;
        let records = self.item(id)?;
        if level == 0 {
            return records.chunks_exact(width).try_for_each(each);
        }
        for record in records.chunks_exact(key + 4) {
            self.records_beneath(long(record, key)?, level - 1, key, width, each)?;
        }
        Ok(())
    }
}
