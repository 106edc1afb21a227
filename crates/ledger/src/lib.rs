//! The audit log: tiles, checkpoints, proofs, offline verifier
