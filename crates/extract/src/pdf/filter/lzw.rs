//! LZW as PDF uses it (ISO 32000-2 §7.4.4), most significant bit first.
//!
//! Invariant: the table has at most 4,096 entries, each a length and a way back into the output.

use crate::extracted::Because;
use crate::pack::most_octets;
use crate::session::Session;

const CLEAR: usize = 256;
const END: usize = 257;

pub(super) fn decode(session: &mut Session<'_>, place: &str, data: &[u8], early: bool) -> Vec<u8> {
    let most = most_octets(session, data.len()).min(session.budget.expanded);
    let mut out: Vec<u8> = Vec::new();
    // Where in the output the words from 258 on stand.
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    let (mut bits, mut have, mut width) = (0_u32, 0_u32, 9_u32);
    let mut octets = data.iter();
    loop {
        while have < width {
            let Some(octet) = octets.next() else {
                session.unpacked(out.len());
                return out;
            };
            bits = bits << 8 | u32::from(*octet);
            have += 8;
        }
        let code = (bits >> (have - width)) as usize & ((1 << width) - 1);
        have -= width;
        match code {
            CLEAR => {
                words.clear();
                last = None;
                width = 9;
                continue;
            }
            END => break,
            _ => {}
        }
        let start = out.len();
        match (code, words.get(code.wrapping_sub(258)).copied(), last) {
            (0..256, _, _) => out.push(code.to_le_bytes()[0]),
            (_, Some((at, length)), _) => out.extend_from_within(at..at + length),
            (_, None, Some((at, length))) => {
                out.extend_from_within(at..at + length);
                out.push(out[start]);
            }
            _ => break,
        }
        if let Some((at, length)) = last
            && words.len() < 4_096 - 258
        {
            // The last word and the first octet of this one stand together in the output.
            words.push((at, length + 1));
        }
        last = Some((start, out.len() - start));
        let next = words.len() + 258 + 1 + usize::from(early);
        width = match next {
            0..=512 => 9,
            513..=1_024 => 10,
            1_025..=2_048 => 11,
            _ => 12,
        };
        if out.len() as u64 > most {
            session.lost(place, Because::LimitRatio);
            break;
        }
    }
    session.unpacked(out.len());
    out
}
