//! Reading strictly: what is wrong, and where.
