//! What the peer offered in its answer to EHLO.

use crate::smtp::response::Response;

#[derive(Default)]
pub(super) struct Offers {
    pub pipelining: bool,
    pub starttls: bool,
    pub eight_bit: bool,
    pub utf8: bool,
    pub dsn: bool,
    pub requiretls: bool,
    pub size: bool,
    /// How many messages one connection may carry (LIMITS, RFC 9422 §4).
    pub mail_max: Option<u32>,
    /// The largest message, when one is named (RFC 1870 §4: 0 means no limit).
    pub size_max: Option<u64>,
}

impl Offers {
    /// The first line is the peer's name, the others are keywords (RFC 5321 §4.1.1.1).
    pub(super) fn read(response: &Response) -> Self {
        let mut offers = Self::default();
        for line in response.lines.iter().skip(1) {
            let mut words = line.split_ascii_whitespace();
            match words.next().unwrap_or("").to_ascii_uppercase().as_str() {
                "PIPELINING" => offers.pipelining = true,
                "STARTTLS" => offers.starttls = true,
                "8BITMIME" => offers.eight_bit = true,
                "SMTPUTF8" => offers.utf8 = true,
                "DSN" => offers.dsn = true,
                "REQUIRETLS" => offers.requiretls = true,
                "LIMITS" => {
                    let mut said = words.filter_map(|word| word.split_once('='));
                    offers.mail_max = said.find_map(|(name, n)| {
                        let named = name.eq_ignore_ascii_case("MAILMAX");
                        n.parse().ok().filter(|&n| named && n > 0)
                    });
                }
                "SIZE" => {
                    offers.size = true;
                    offers.size_max = words.next().and_then(|n| n.parse().ok()).filter(|&n| n > 0);
                }
                _ => {}
            }
        }
        offers
    }
}
