//! Sizes are a ratchet (STYLE rule 14): short files, short functions.
//!
//! Counted in source files; tests are left out. Invariant: the limits are here and nowhere else.

use super::Finding;
use super::tree::{File, Tree};

pub const FILE_LINES_MEDIAN: usize = 150;
pub const FILE_LINES_P90: usize = 400;
pub const FILE_LINES_MAX: usize = 599;
pub const FUNCTION_LINES_MAX: usize = 70;

/// A function and how many lines it takes, signature and closing brace included.
#[derive(Debug, PartialEq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found: Vec<_> = tree.sources().flat_map(check_file).collect();
    let mut lines: Vec<usize> = tree
        .sources()
        .map(|file| file.text.lines().count())
        .collect();
    lines.sort_unstable();
    for (percent, most) in [(50, FILE_LINES_MEDIAN), (90, FILE_LINES_P90)] {
        let at = percentile(&lines, percent);
        if at > most {
            found.push(Finding::new(
                "all sources",
                "file sizes",
                format!("percentile {percent} is {at} lines, over {most}"),
            ));
        }
    }
    found
}

fn check_file(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let lines = file.text.lines().count();
    if lines > FILE_LINES_MAX {
        found.push(Finding::new(
            &file.path,
            "file sizes",
            format!("{lines} lines, over {FILE_LINES_MAX}"),
        ));
    }
    for function in functions(&file.lexed().code)
        .into_iter()
        .filter(|f| f.lines > FUNCTION_LINES_MAX)
    {
        let place = format!("{}:{}", file.path, function.line);
        let what = format!(
            "fn {} has {} lines, over {FUNCTION_LINES_MAX}",
            function.name, function.lines
        );
        found.push(Finding::new(place, "function sizes", what));
    }
    found
}

/// The functions of code whose comments and strings are blanked.
pub fn functions(code: &str) -> Vec<Function> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts_word =
            at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
        let name: String = code[at + 3..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if !starts_word || name.is_empty() {
            continue;
        }
        if let Some(end) = body_end(bytes, at) {
            let line = 1 + count_lines(&bytes[..at]);
            found.push(Function {
                name,
                line,
                lines: 1 + count_lines(&bytes[at..end]),
            });
        }
    }
    found
}

/// Where the braces that follow `at` close; `None` for a declaration that ends in `;`.
fn body_end(bytes: &[u8], at: usize) -> Option<usize> {
    let (mut depth, mut nested) = (0_i32, 0_i32);
    for (offset, byte) in bytes[at..].iter().enumerate() {
        match byte {
            b'(' | b'[' => nested += 1,
            b')' | b']' => nested -= 1,
            b';' if depth == 0 && nested == 0 => return None,
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth <= 0 {
                    return Some(at + offset);
                }
            }
            _ => {}
        }
    }
    None
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// The smallest value that at least `percent` of the sorted values do not exceed.
pub fn percentile(sorted: &[usize], percent: usize) -> usize {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
