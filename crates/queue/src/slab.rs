//! Rows in one block of memory, named by a small number that is used again after removal.
//!
//! Invariant: a number is handed out to one row at a time; asking for one that is not in use is a
//! fault of this crate and stops it.

use std::ops::{Index, IndexMut};

pub(crate) struct Slab<T> {
    rows: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    pub fn new() -> Self {
        Self {
            rows: Vec::new(),
            free: Vec::new(),
        }
    }
    pub fn len(&self) -> usize {
        self.rows.len() - self.free.len()
    }
    /// How many numbers were ever handed out.
    pub fn slots(&self) -> u32 {
        u32::try_from(self.rows.len()).expect("2^32 rows exceed any memory")
    }
    pub fn find(&self, slot: u32) -> Option<&T> {
        self.rows.get(slot as usize)?.as_ref()
    }
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..)
            .zip(&self.rows)
            .filter_map(|(slot, row)| Some((slot, row.as_ref()?)))
    }
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut T)> {
        (0..)
            .zip(&mut self.rows)
            .filter_map(|(slot, row)| Some((slot, row.as_mut()?)))
    }
    pub fn insert(&mut self, row: T) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.rows[slot as usize] = Some(row);
            return slot;
        }
        let slot = u32::try_from(self.rows.len()).expect("2^32 rows exceed any memory");
        self.rows.push(Some(row));
        slot
    }
    pub fn remove(&mut self, slot: u32) -> T {
        let row = self.rows[slot as usize].take().expect("the row is in use");
        self.free.push(slot);
        if self.len() == 0 {
            *self = Self::new(); // gives the memory of a past peak back
        }
        row
    }
}

impl<T> Index<u32> for Slab<T> {
    type Output = T;
    fn index(&self, slot: u32) -> &T {
        self.rows[slot as usize]
            .as_ref()
            .expect("the row is in use")
    }
}
impl<T> IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, slot: u32) -> &mut T {
        self.rows[slot as usize]
            .as_mut()
            .expect("the row is in use")
    }
}
