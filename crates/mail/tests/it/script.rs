//! Reads `.smtp` scripts: who says what, in order, one step a line.
//!
//! `X: text` is a line that ends in CRLF, `X~ text` is text with `\r \n \0 \xNN` and no line end.
//! An expected text may end in `...`; an expected single line stands for the last of several.

use std::path::{Path, PathBuf};

pub struct Script {
    pub name: String,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub line: usize,
    pub who: String,
    pub text: String,
    /// As bytes: with CRLF, or with escapes undone.
    pub bytes: Vec<u8>,
}

/// All scripts of a folder, in the order of their names.
pub fn load_all(folder: &str) -> Vec<Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/dialogues")
        .join(folder);
    let entries = std::fs::read_dir(&folder).expect("the folder of dialogues exists");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "smtp")
    });
    paths.sort();
    assert!(!paths.is_empty(), "no dialogue in {}", folder.display());
    paths.iter().map(|path| load(path)).collect()
}

fn load(path: &Path) -> Script {
    let text = std::fs::read_to_string(path).expect("a dialogue is a text file");
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let steps = lines
        .map(|(i, line)| Step::read(i + 1, line, &name))
        .collect();
    Script { name, steps }
}

impl Step {
    fn read(line: usize, text: &str, name: &str) -> Self {
        let at = text
            .find([':', '~'])
            .unwrap_or_else(|| panic!("{name}:{line}: who says it?"));
        let (who, rest) = text.split_at(at);
        let said = rest[1..].strip_prefix(' ').unwrap_or(&rest[1..]);
        let bytes = if rest.starts_with('~') {
            unescape(said)
        } else {
            format!("{said}\r\n").into_bytes()
        };
        Self {
            line,
            who: who.to_owned(),
            text: said.to_owned(),
            bytes,
        }
    }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('r')) => out.push(b'\r'),
            ('\\', Some('t')) => out.push(b'\t'),
            ('\\', Some('n')) => out.push(b'\n'),
            ('\\', Some('0')) => out.push(0),
            ('\\', Some('x')) => {
                let hex: String = chars.by_ref().take(2).collect();
                out.push(u8::from_str_radix(&hex, 16).expect("two hex digits follow \\x"));
            }
            (c, _) => out.extend_from_slice(c.to_string().as_bytes()),
        }
    }
    out
}

/// Whether what was observed is what the script expects.
pub fn matches(expected: &str, observed: &str) -> bool {
    match expected.strip_suffix("...") {
        Some(start) => observed.starts_with(start),
        None => observed == expected,
    }
}

/// Splits of the same bytes: whole, single octets, sevens.
pub const PIECES: [usize; 3] = [usize::MAX, 1, 7];
