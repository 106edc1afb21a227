//! One question by HTTP and its answer, as the seam `Net` carries them.

use crate::TlsFacts;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    Get,
    Post,
    Put,
    Delete,
}

/// Which addresses may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpTo {
    /// Names that others chose: `https` only, and the addresses `Net::may_dial` allows.
    Public,
    /// The same for what is signed itself, such as lists of revocation: also by `http`.
    PublicPlain,
    /// Names that the operator of this machine chose: also loopback, private networks and `http`.
    Anywhere,
}

/// What to ask. Its headers and body may hold secrets, so it has no `Debug`.
#[derive(Clone)]
pub struct HttpRequest {
    pub method: HttpMethod,
    /// Absolute. `https` is always verified: chain, name and time.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub follow_redirects: bool,
    /// A longer answer is `TooLarge`.
    pub answer_octets_max: usize,
    pub to: HttpTo,
}

/// What was answered. Header names are in lower case.
#[derive(Clone)]
pub struct HttpAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Of the connection that gave the answer; none over plain `http`.
    pub tls: Option<TlsFacts>,
}

impl HttpAnswer {
    /// The first header of this name, given in lower case.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}
