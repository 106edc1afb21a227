//! What is got out of files, what stops a bomb, and what a sick worker does to its neighbours.

mod archive;
mod bombs;
mod kit;
mod mutation;
mod office;
mod ole;
mod pdf;
mod pictures;
mod texts;
mod workers;
