//! Keys: root providers, envelope encryption, blind tokens
