//! The message that is submitted: headers as a mail client writes them and a body of plain words.
//!
//! Invariant: no PHI, lines within 78 octets, exactly the asked number of octets in the body, and a
//! Message-ID of its own for each.

/// Ordinary words, so that a scanner of text has real work and finds nothing.
const PROSE: &str = "The office opens at nine and the front desk answers until five on every weekday. \
We moved the shelves in the waiting room and put the new chairs beside the window. \
If the door is locked, ring the bell and someone will come down within a few minutes. \
The parking lot behind the building has been paved again and the signs are easy to read. ";

/// The wire form of message `number`, dot-stuffing not needed since no line starts with a dot.
pub fn build(number: u64, from: &str, to: &str, body: &str) -> Vec<u8> {
    format!(
        "From: Front desk <{from}>\r\nTo: <{to}>\r\nSubject: News from the office\r\n\
         Date: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <bench-{number}@load.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{body}.\r\n"
    )
    .into_bytes()
}

/// A body of `octets`, ended by CRLF.
pub fn body(octets: usize) -> String {
    let mut text = String::with_capacity(octets + 80);
    let words: Vec<&str> = PROSE.split_whitespace().collect();
    // Words in no order: repeated sentences would compress as no mail does. The same in every run.
    let mut draw = 1u32;
    let mut column = 0;
    while text.len() + 2 < octets {
        draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let word = words[(draw >> 16) as usize % words.len()];
        if column + word.len() > 72 {
            text.push_str("\r\n");
            column = 0;
        }
        text.push_str(word);
        text.push(' ');
        column += word.len() + 1;
    }
    text.truncate(octets.saturating_sub(2));
    // A cut between CR and LF would leave a bare CR.
    while text.ends_with('\r') {
        text.pop();
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests;
