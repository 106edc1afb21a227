//! Retention from outside: cases a lawyer can read, the shipped pack beside its collection, properties,
//! a slow reference.

mod cases;
mod collection;
mod facts;
mod tell;
