//! The operating system's chance, the only real one in the product.

use std::cell::RefCell;

use aws_lc_rs::rand::SecureRandom;
use model::seams::Rng;
use zeroize::Zeroize;

/// The cryptographic generator of aws-lc, seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

/// Ids and nonces have no more octets; keys and salts have.
const SMALL: usize = 16;

/// Octets drawn at once for small wants: a draw costs a microsecond, however few are asked for, and a
/// message wants some twenty ids and nonces.
struct Drawn {
    octets: [u8; 512],
    used: usize,
}

thread_local! {
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn { octets: [0; 512], used: 512 }) };
}

impl Rng for SystemRng {
    /// # Panics
    /// When the system has no chance to give. Going on would make predictable keys.
    fn fill(&self, buf: &mut [u8]) {
        if buf.len() <= SMALL {
            DRAWN.with_borrow_mut(|drawn| drawn.fill(buf));
        } else {
            draw(buf);
        }
    }
}

impl Drawn {
    /// Each octet is given once, and kept no longer.
    fn fill(&mut self, buf: &mut [u8]) {
        if self.octets.len() - self.used < buf.len() {
            draw(&mut self.octets);
            self.used = 0;
        }
        let given = &mut self.octets[self.used..][..buf.len()];
        buf.copy_from_slice(given);
        given.zeroize();
        self.used += buf.len();
    }
}

fn draw(buf: &mut [u8]) {
    #[expect(
        clippy::disallowed_types,
        reason = "this is where ambient chance becomes an argument"
    )]
    let source = aws_lc_rs::rand::SystemRandom::new();
    source
        .fill(buf)
        .expect("the operating system gives random bytes");
}

#[cfg(test)]
mod tests;
