//! A day, chance that repeats itself, and people with keys.

use std::sync::Mutex;

use model::Timestamp;
use model::seams::Rng;
use seal::pgp::{PublicKey, SecretKey, Version};

/// 2026-03-01T00:00:00Z.
pub const TODAY: Timestamp = Timestamp::from_secs(1_772_323_200);

pub fn days(count: i64) -> Timestamp {
    Timestamp::from_secs(TODAY.secs() + count * 86_400)
}

/// SplitMix64, for tests alone.
pub struct Dice(Mutex<u64>);

pub fn dice(seed: u64) -> Dice {
    Dice(Mutex::new(seed))
}

impl Rng for Dice {
    fn fill(&self, buf: &mut [u8]) {
        let mut state = self.0.lock().expect("no test panics while it throws dice");
        for byte in buf {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (mixed ^ (mixed >> 31)) as u8;
        }
    }
}

pub fn person(name: &str, version: Version) -> SecretKey {
    let seed = name
        .bytes()
        .fold(7, |seed, byte| seed * 31 + u64::from(byte));
    let user_id = format!("{name} <{name}@clinic.example>");
    SecretKey::generate(&user_id, None, days(-30), &dice(seed), version).expect("a key")
}

pub fn only(bytes: &[u8]) -> PublicKey {
    let mut keys = PublicKey::parse_all(bytes).expect("keys");
    assert_eq!(keys.len(), 1);
    keys.remove(0)
}
