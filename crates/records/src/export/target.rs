//! Where the files of a package go: a ZIP, a folder.

use std::io::{self, Write};

/// Takes files one after another, each written once. Paths are relative, with `/`, made by us.
pub trait Target {
    fn file(
        &mut self,
        path: &str,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()>;
}
