//! The pages: what is on each, its template, its samples, and what happens when it is asked for.
//!
//! One file a page. A page is a plain struct without access to anything: all that shows was put there
//! by its handler, so the samples show all that can show.

pub mod console;
pub mod portal;
mod samples;

use serde::Serialize;

pub use samples::{Picture, pictures};

use crate::face::Lang;
pub use crate::face::Place;

/// What a template needs.
pub trait Page: Serialize + Sized {
    /// The template's name, which also names the page's pictures.
    const TEMPLATE: &'static str;
    const VOICE: Voice;
    const PLACE: Place = Place::Elsewhere;

    /// Every way the page can look: empty, one, many, long names, errors, Spanish.
    fn samples() -> Vec<Sample<Self>>;
}

/// Who a page speaks to; decides what the frame of its samples shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Before anyone has proved who they are.
    Nobody,
    Reader,
    Staff,
}

/// One way a page can look.
#[derive(Clone, Debug)]
pub struct Sample<P> {
    pub name: &'static str,
    pub lang: Lang,
    pub page: P,
}

impl<P> Sample<P> {
    pub fn new(name: &'static str, page: P) -> Self {
        Self {
            name,
            lang: Lang::En,
            page,
        }
    }
    pub fn spanish(page: P) -> Self {
        Self {
            name: "spanish",
            lang: Lang::Es,
            page,
        }
    }
}

#[cfg(test)]
mod tests;
