//! Sockets for mail: submission, delivery, DNS, TLS
