//! What may stand in a line that people are shown, such as a name or a subject.
//!
//! Not about meaning or script: only characters that are invisible, end the line, or change the
//! order in which others are shown, so that a name can look like another.

/// Controls, line and paragraph separators, marks that embed, override or isolate directions
/// (UAX #9), and invisible operators and tags. Joiners and plain direction marks are no such: names of
/// living languages need them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests;
