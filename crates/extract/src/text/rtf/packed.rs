//! Compressed RTF ([MS-OXRTFCP]): how Outlook keeps the body of a message.
//!
//! Invariant: 17 octets at most come out of two that go in, and all are counted.

use crate::octets::{cut, le32};
use crate::session::Session;

/// What the window holds before the first octet (§2.1.3.1): part of the format.
const START: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \
    \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\
    \\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4_096;
const PACKED: u32 = 0x7546_5a4c;
const PLAIN: u32 = 0x414c_454d;

/// The RTF; `None` where it is not packed as known.
pub(crate) fn unpack(session: &mut Session<'_>, octets: &[u8]) -> Option<Vec<u8>> {
    let data = octets.get(16..)?;
    let out = match le32(octets, 8)? {
        PLAIN => data.to_vec(),
        PACKED => inflate(data),
        _ => return None,
    };
    session.unpacked(out.len());
    (session.budget.expanded > 0).then_some(out)
}

fn inflate(data: &[u8]) -> Vec<u8> {
    let mut window = [0; WINDOW];
    window[..START.len()].copy_from_slice(START);
    let (mut out, mut write, mut at) = (Vec::new(), START.len(), 0);
    while let Some(control) = data.get(at) {
        at += 1;
        for bit in 0..8 {
            let length = if control >> bit & 1 == 0 { 1 } else { 2 };
            let Some(token) = cut(data, at, length) else {
                return out;
            };
            at += length;
            let (from, count) = match token {
                [literal] => {
                    window[write] = *literal;
                    (write, 1)
                }
                token => {
                    let token = usize::from(token[0]) << 8 | usize::from(token[1]);
                    (token >> 4, (token & 0xf) + 2)
                }
            };
            if length == 2 && from == write {
                return out;
            }
            for step in 0..count {
                let octet = window[(from + step) % WINDOW];
                window[write] = octet;
                out.push(octet);
                write = (write + 1) % WINDOW;
            }
        }
    }
    out
}
