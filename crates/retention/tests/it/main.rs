//! Retention from outside: cases a lawyer can read, the shipped pack beside its collection, properties,
//! a slow reference.

mod approving;
mod cases;
mod classifying;
mod collection;
mod draw;
mod facts;
mod properties;
mod reference;
mod simulating;
mod tell;
