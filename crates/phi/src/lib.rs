//! What is in a message: identifiers and health context
