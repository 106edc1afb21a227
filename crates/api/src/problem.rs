//! Problem details (RFC 9457): what went wrong, whose fault, and what to do.
