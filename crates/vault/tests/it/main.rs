//! The vault against a real file system: the root key file as an operator meets it.

mod file;
mod tokens;
