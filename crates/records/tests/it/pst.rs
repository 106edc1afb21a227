//! PST and OST.
