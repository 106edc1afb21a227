//! The files of the repository that people write.
//!
//! Not what is built or fetched: `target`, `.git`, `node_modules`. Invariant: paths are relative to
//! the root, with `/`, in order.

use std::path::Path;

use anyhow::Result;

use super::lexer;

const SKIPPED: &[&str] = &[".git", "node_modules", "__pycache__", "out"];
/// Only at the root: a module may be called so too.
const BUILT: &str = "target";

#[derive(Debug, Default)]
pub struct Tree {
    pub files: Vec<File>,
}

#[derive(Debug)]
pub struct File {
    pub path: String,
    pub text: String,
}

impl Tree {
    pub fn load(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        visit(root, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }
    /// A tree of given files, for tests of checks.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Self {
            files: files.iter().map(file).collect(),
        }
    }
    pub fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
    /// Rust that ships or builds: tests left out.
    pub fn sources(&self) -> impl Iterator<Item = &File> {
        self.rust().filter(|file| !file.is_test())
    }
}

impl File {
    pub fn is_test(&self) -> bool {
        let path = format!("/{}", self.path);
        path.ends_with("/tests.rs")
            || ["/tests/", "/fuzz/", "/benches/"]
                .iter()
                .any(|part| path.contains(part))
    }
    /// The crate's folder name: `crates/model/src/lib.rs` is of `model`.
    pub fn package(&self) -> &str {
        let mut parts = self.path.split('/');
        match parts.next() {
            Some("crates") => parts.next().unwrap_or_default(),
            first => first.unwrap_or_default(),
        }
    }
    pub fn lexed(&self) -> lexer::Lexed {
        lexer::lex(&self.text)
    }
}

fn visit(root: &Path, under: &str, files: &mut Vec<File>) -> Result<()> {
    for entry in std::fs::read_dir(root.join(under))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if under.is_empty() {
            name.clone()
        } else {
            format!("{under}/{name}")
        };
        let kind = entry.file_type()?;
        let skipped = path == BUILT || SKIPPED.contains(&name.as_str());
        if kind.is_dir() && !skipped {
            visit(root, &path, files)?;
        } else if kind.is_file() {
            // What is not text (a picture, a fixture of raw bytes) has no words to check.
            files.extend(
                String::from_utf8(std::fs::read(entry.path())?)
                    .ok()
                    .map(|text| File { path, text }),
            );
        }
    }
    Ok(())
}
