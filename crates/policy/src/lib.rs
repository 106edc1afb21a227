//! What must happen to a message, and who may do what
