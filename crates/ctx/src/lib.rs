//! Who acts, for which organisation, with which clock, chance and keys
