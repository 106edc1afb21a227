//! What is left of the limits while one file is read.
//!
//! Invariant: nothing grows again, at any depth; who spends more than is left learns which limit it
//! was.

use crate::extracted::Because;
use crate::limits::Limits;

pub(crate) struct Budget {
    pub(crate) expanded: u64,
    pub(crate) text: u64,
    entries: u32,
    pages: u32,
    ocr_pages: u32,
    cells: u32,
    work: u64,
}

impl Budget {
    pub(crate) fn of(limits: &Limits) -> Self {
        Self {
            expanded: limits.expanded,
            text: limits.text,
            entries: limits.entries,
            pages: limits.pages,
            ocr_pages: limits.ocr_pages,
            cells: limits.cells,
            work: limits.work,
        }
    }

    pub(crate) fn entry(&mut self) -> Result<(), Because> {
        take(&mut self.entries, 1, Because::LimitEntries)
    }

    pub(crate) fn page(&mut self) -> Result<(), Because> {
        take(&mut self.pages, 1, Because::LimitPages)
    }

    pub(crate) fn ocr_page(&mut self) -> Result<(), Because> {
        take(&mut self.ocr_pages, 1, Because::LimitOcr)
    }

    pub(crate) fn cell(&mut self) -> Result<(), Because> {
        take(&mut self.cells, 1, Because::LimitCells)
    }

    pub(crate) fn work(&mut self, steps: usize) -> Result<(), Because> {
        match self.work.checked_sub(steps as u64) {
            Some(left) => {
                self.work = left;
                Ok(())
            }
            None => {
                self.work = 0;
                Err(Because::LimitWork)
            }
        }
    }
}

fn take(left: &mut u32, count: u32, because: Because) -> Result<(), Because> {
    *left = left.checked_sub(count).ok_or(because)?;
    Ok(())
}
