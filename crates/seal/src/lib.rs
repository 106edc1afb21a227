//! DKIM signing: bytes in, bytes out
