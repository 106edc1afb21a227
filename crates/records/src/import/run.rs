//! What one import has read, unpacked and given so far, and where it must stop.
//!
//! Invariant: whatever an archive gives out passes through [`Run::unpacked`] first.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use super::found::{Found, Problem};
use super::{Limits, Progress};

pub struct Run {
    pub limits: Limits,
    progress: Cell<Progress>,
    entries: Cell<u64>,
    unpacked: Cell<u64>,
}

impl Run {
    pub fn new(limits: Limits) -> Rc<Self> {
        Rc::new(Self {
            limits,
            progress: Cell::default(),
            entries: Cell::default(),
            unpacked: Cell::default(),
        })
    }
    pub fn progress(&self) -> Progress {
        self.progress.get()
    }
    pub fn count(&self, found: &Found) {
        let mut progress = self.progress.get();
        progress.messages += u64::from(!found.octets.is_empty());
        progress.problems += u64::from(!found.problems.is_empty());
        progress.octets += found.octets.len() as u64;
        self.progress.set(progress);
    }
    /// One more file of a folder or an archive.
    pub fn entry(&self) -> Result<(), Problem> {
        if self.entries.get() >= self.limits.entries {
            return Err(Problem::TooManyEntries);
        }
        self.entries.set(self.entries.get() + 1);
        Ok(())
    }
    fn read(&self, octets: usize) {
        let mut progress = self.progress.get();
        progress.read += octets as u64;
        self.progress.set(progress);
    }
    /// `out` octets more have come out of an archive.
    fn unpacked(&self, out: usize) -> io::Result<()> {
        self.unpacked.set(self.unpacked.get() + out as u64);
        if self.unpacked.get() > self.limits.unpacked {
            return Err(Problem::ExpandsTooMuch.error());
        }
        Ok(())
    }
}

/// A file as it is read, counted.
pub struct Counted<R> {
    inner: R,
    run: Rc<Run>,
}

impl<R> Counted<R> {
    pub fn new(inner: R, run: &Rc<Run>) -> Self {
        Self {
            inner,
            run: run.clone(),
        }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let octets = self.inner.read(buffer)?;
        self.run.read(octets);
        Ok(octets)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// How many octets have been taken of what is packed.
#[derive(Clone, Default)]
pub struct Taken(Rc<Cell<u64>>);

/// What is packed, counted for the ratio.
pub struct Packed<R> {
    inner: R,
    taken: Taken,
}

impl<R> Packed<R> {
    pub fn new(inner: R) -> (Self, Taken) {
        let taken = Taken::default();
        let packed = Self {
            inner,
            taken: taken.clone(),
        };
        (packed, taken)
    }
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let octets = self.inner.read(buffer)?;
        self.taken.0.set(self.taken.0.get() + octets as u64);
        Ok(octets)
    }
}

/// What comes out of something packed, held against the limits.
pub struct Unpacked<R> {
    inner: R,
    taken: Option<Taken>,
    given: u64,
    run: Rc<Run>,
}

impl<R> Unpacked<R> {
    /// `taken` is absent where nothing is compressed.
    pub fn new(inner: R, taken: Option<Taken>, run: &Rc<Run>) -> Self {
        Self {
            inner,
            taken,
            given: 0,
            run: run.clone(),
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let octets = self.inner.read(buffer)?;
        self.given += octets as u64;
        self.run.unpacked(octets)?;
        let limits = &self.run.limits;
        if let Some(taken) = &self.taken
            && self.given > limits.ratio_after
            && self.given > taken.0.get().saturating_mul(limits.ratio)
        {
            return Err(Problem::ExpandsTooMuch.error());
        }
        Ok(octets)
    }
}
