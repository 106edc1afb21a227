//! Portal and console: pages rendered on the server
