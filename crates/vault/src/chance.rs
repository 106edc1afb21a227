//! The operating system's chance, the only real one in the product.

use aws_lc_rs::rand::SecureRandom;
use model::seams::Rng;

/// The cryptographic generator of aws-lc, seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    /// # Panics
    /// When the system has no chance to give. Going on would make predictable keys.
    fn fill(&self, buf: &mut [u8]) {
        #[expect(
            clippy::disallowed_types,
            reason = "this is where ambient chance becomes an argument"
        )]
        let source = aws_lc_rs::rand::SystemRandom::new();
        source
            .fill(buf)
            .expect("the operating system gives random bytes");
    }
}
