//! PST files made here: trees of one page, so for a few items.

pub enum Value<'v> {
    Number(u32),
    /// In the heap.
    Octets(&'v [u8]),
    /// In a node beneath.
    Node(u32),
}

pub struct Store {
    pub is_ansi: bool,
    blocks: Vec<(u64, Vec<u8>)>,
    nodes: Vec<[u64; 4]>,
}

/// A property by its number and its type.
pub type Property<'v> = (u16, u16, Value<'v>);
/// Id of a row, and its cells.
pub type Row<'v> = (u32, Vec<Option<Value<'v>>>);

pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

impl Store {
    pub fn new(is_ansi: bool) -> Self {
        Self {
            is_ansi,
            blocks: Vec::new(),
            nodes: Vec::new(),
        }
    }
    pub fn block(&mut self, octets: &[u8]) -> u64 {
        let id = (self.blocks.len() as u64 + 1) * 4;
        self.blocks.push((id, octets.to_vec()));
        id
    }
    /// A block that lists others: of data (1) or of nodes (2).
    pub fn list(&mut self, kind: u8, level: u8, ids: &[u64], per_entry: usize) -> u64 {
        let mut octets = vec![kind, level];
        octets.extend(
            u16::try_from(ids.len() / per_entry)
                .expect("few")
                .to_le_bytes(),
        );
        if kind == 1 || !self.is_ansi {
            octets.extend([0; 4]);
        }
        ids.iter().for_each(|id| octets.extend(self.id(*id)));
        let id = (self.blocks.len() as u64 + 1) * 4 + 2;
        self.blocks.push((id, octets));
        id
    }
    /// Nodes beneath a node: id, data, nodes beneath it.
    pub fn beneath(&mut self, nodes: &[[u64; 3]]) -> u64 {
        self.list(2, 0, nodes.as_flattened(), 3)
    }
    pub fn node(&mut self, id: u32, data: u64, sub: u64, parent: u32) {
        self.nodes.push([id.into(), data, sub, parent.into()]);
    }
    pub fn properties(&mut self, all: &[Property<'_>]) -> u64 {
        let (mut records, mut values) = (Vec::new(), Vec::new());
        let mut sorted: Vec<_> = all.iter().collect();
        sorted.sort_by_key(|property| property.0);
        for (id, kind, value) in sorted {
            records.extend(id.to_le_bytes());
            records.extend(kind.to_le_bytes());
            records.extend(held(value, 2, &mut values).to_le_bytes());
        }
        let header = [0xb5, 2, 6, 0, 2 << 5, 0, 0, 0].to_vec();
        let items = [vec![header, records], values].concat();
        let heap = heap(0xbc, &items);
        self.block(&heap)
    }
    pub fn table(&mut self, columns: &[(u16, u16)], rows: &[Row<'_>]) -> u64 {
        let (mut matrix, mut index, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for (number, (id, cells)) in rows.iter().enumerate() {
            index.extend(id.to_le_bytes());
            let number = u32::try_from(number).expect("few").to_le_bytes();
            index.extend(&number[..if self.is_ansi { 2 } else { 4 }]);
            let mut bits = 0_u8;
            for (column, cell) in cells.iter().enumerate() {
                bits |= if cell.is_some() { 0x80 >> column } else { 0 };
                let value = cell.as_ref().map_or(0, |value| held(value, 4, &mut values));
                matrix.extend(value.to_le_bytes());
            }
            matrix.push(bits);
        }
        let end = u16::try_from(columns.len() * 4).expect("few");
        let mut info = vec![0x7c, u8::try_from(columns.len()).expect("few")];
        [end, end, end, end + 1]
            .iter()
            .for_each(|end| info.extend(end.to_le_bytes()));
        [2_u32 << 5, 4 << 5, 0]
            .iter()
            .for_each(|id| info.extend(id.to_le_bytes()));
        for (column, (id, kind)) in columns.iter().enumerate() {
            let column = u8::try_from(column).expect("few");
            info.extend([kind.to_le_bytes(), id.to_le_bytes()].concat());
            info.extend([column * 4, 0, 4, column]);
        }
        let header = [
            0xb5,
            4,
            if self.is_ansi { 2 } else { 4 },
            0,
            3 << 5,
            0,
            0,
            0,
        ]
        .to_vec();
        let items = [vec![info, header, index, matrix], values].concat();
        let heap = heap(0x7c, &items);
        self.block(&heap)
    }

    /// The file. `coding` is that of its header; blocks are written as they are.
    pub fn file(mut self) -> Vec<u8> {
        self.nodes.sort_unstable();
        let mut file = vec![0; 0x1000];
        let (header, page) = (
            if self.is_ansi { [188, 196] } else { [224, 240] },
            [0x400_u64, 0x600],
        );
        file[..8].copy_from_slice(b"!BDN\0\0\0\0");
        file[8..10].copy_from_slice(b"SM");
        file[10] = if self.is_ansi { 14 } else { 23 };
        for (at, page) in header.iter().zip(page) {
            file[*at..*at + 4].copy_from_slice(&page.to_le_bytes()[..4]);
        }
        let mut leaves = Vec::new();
        for (id, octets) in &self.blocks {
            let at = file.len() as u64;
            file.extend(octets);
            file.resize((file.len() + 16).next_multiple_of(64), 0);
            let size = u16::try_from(octets.len())
                .expect("one block")
                .to_le_bytes();
            let padding: &[u8] = if self.is_ansi { &[] } else { &[0; 4] };
            leaves.push([&self.id(*id)[..], &self.id(at), &size, &[1, 0], padding].concat());
        }
        let nodes: Vec<Vec<u8>> = self.nodes.iter().map(|node| self.entry(node)).collect();
        self.page(&mut file[0x400..0x600], &nodes);
        self.page(&mut file[0x600..0x800], &leaves);
        file
    }
    fn entry(&self, [id, data, sub, parent]: &[u64; 4]) -> Vec<u8> {
        let parent = parent.to_le_bytes();
        let parent = if self.is_ansi {
            &parent[..4]
        } else {
            &parent[..]
        };
        [&self.id(*id), &self.id(*data), &self.id(*sub), parent].concat()
    }
    fn page(&self, page: &mut [u8], entries: &[Vec<u8>]) {
        let whole = entries.concat();
        let end = if self.is_ansi { 496 } else { 488 };
        assert!(whole.len() <= end, "one page");
        page[..whole.len()].copy_from_slice(&whole);
        page[end] = u8::try_from(entries.len()).expect("few");
        let width = entries.first().map_or(32, Vec::len);
        page[end + 1] = u8::try_from(end / width).expect("few");
        page[end + 2] = u8::try_from(width).expect("short");
    }
    fn id(&self, id: u64) -> Vec<u8> {
        id.to_le_bytes()[..if self.is_ansi { 4 } else { 8 }].to_vec()
    }
}

/// What stands in a record: the value, or where it is.
fn held(value: &Value<'_>, before: usize, values: &mut Vec<Vec<u8>>) -> u32 {
    match value {
        Value::Number(number) => *number,
        Value::Node(id) => *id,
        Value::Octets(octets) => {
            values.push(octets.to_vec());
            u32::try_from(before + values.len()).expect("few") << 5
        }
    }
}

fn heap(kind: u8, items: &[Vec<u8>]) -> Vec<u8> {
    let mut octets = vec![0, 0, 0xec, kind, 1 << 5, 0, 0, 0, 0, 0, 0, 0];
    let mut places = Vec::new();
    for item in items {
        places.extend(
            u16::try_from(octets.len())
                .expect("one block")
                .to_le_bytes(),
        );
        octets.extend(item);
    }
    places.extend(
        u16::try_from(octets.len())
            .expect("one block")
            .to_le_bytes(),
    );
    let map = u16::try_from(octets.len())
        .expect("one block")
        .to_le_bytes();
    octets[..2].copy_from_slice(&map);
    octets.extend(u16::try_from(items.len()).expect("few").to_le_bytes());
    octets.extend([0, 0]);
    octets.extend(places);
    octets
}
