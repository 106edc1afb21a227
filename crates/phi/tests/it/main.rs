//! Detection as data: each case is a text and what must be found in it, with places.

mod case;
mod forms;
mod guard;
mod mail;
mod registry;
mod telling;
mod told;
