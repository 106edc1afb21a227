//! The product's source of chance as the trait that the `pgp` crate asks for.

use rand_core::{CryptoRng, Error, RngCore};

/// Production gives the operating system's generator; whether it is fit for keys is the caller's.
pub(super) struct Chance<'a>(pub &'a dyn model::seams::Rng);

impl RngCore for Chance<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut buf = [0; 4];
        self.0.fill(&mut buf);
        u32::from_le_bytes(buf)
    }
    fn next_u64(&mut self) -> u64 {
        let mut buf = [0; 8];
        self.0.fill(&mut buf);
        u64::from_le_bytes(buf)
    }
    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill(dest);
    }
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        self.0.fill(dest);
        Ok(())
    }
}

impl CryptoRng for Chance<'_> {}
