//! The files pages load, each named by its content so that a browser may keep it for good.

use std::collections::BTreeMap;

use minijinja::Value;

/// One file: its name, its type, its bytes and the hash in its path.
pub struct Asset {
    pub name: &'static str,
    pub content_type: &'static str,
    pub bytes: &'static [u8],
    pub hash: u64,
}

const fn asset(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset {
        name,
        content_type,
        bytes,
        hash: fnv1a(bytes),
    }
}

pub const ALL: [Asset; 7] = [
    asset(
        "tokens.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/tokens.css"),
    ),
    asset(
        "components.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/components.css"),
    ),
    asset(
        "letters.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/letters.css"),
    ),
    asset(
        "panels.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/panels.css"),
    ),
    asset(
        "console.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/console.css"),
    ),
    asset(
        "console.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/console.js"),
    ),
    asset(
        "icon.svg",
        "image/svg+xml",
        include_bytes!("../../assets/icon.svg"),
    ),
];

/// A kept copy never goes stale, because a changed file has another path.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

impl Asset {
    /// The path below the assets' root: `0123456789abcdef/tokens.css`.
    pub fn path(&self) -> String {
        format!("{:016x}/{}", self.hash, self.name)
    }
}

/// The asset at `hash/name`; an old hash is not found, so that no cache stores new bytes under it.
pub fn find(hash: &str, name: &str) -> Option<&'static Asset> {
    ALL.iter()
        .find(|a| a.name == name && format!("{:016x}", a.hash) == hash)
}

/// `tokens_css`, `components_css`, ... as templates name them.
pub fn hrefs(root: &str) -> Value {
    let hrefs: BTreeMap<String, String> = ALL
        .iter()
        .map(|a| (a.name.replace('.', "_"), format!("{root}/{}", a.path())))
        .collect();
    Value::from(hrefs)
}

/// FNV-1a, 64 bits. It tells versions apart; it protects nothing.
const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}
