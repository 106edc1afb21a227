//! Texts of PST as Unicode: UTF-16, or octets in the code page of the item.
//!
//! Invariant: any octets give a text.

use encoding_rs::Encoding;

use super::heap::Properties;

const STRING_8: u16 = 0x001e;
const UNICODE: u16 = 0x001f;
/// The longest text of a header field that is taken.
pub const FIELD_OCTETS_MAX: u64 = 1024 * 1024;

/// The encoding of a code page of Windows; where it is unknown, that of western Europe.
pub fn encoding(page: u32) -> &'static Encoding {
    let label = match page {
        65_001 => "utf-8".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 | 51_949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        20_866 => "koi8-r".to_owned(),
        21_866 => "koi8-u".to_owned(),
        50_220..=50_222 => "iso-2022-jp".to_owned(),
        51_932 => "euc-jp".to_owned(),
        54_936 => "gb18030".to_owned(),
        28_591..=28_606 => format!("iso-8859-{}", page - 28_590),
        page => format!("windows-{page}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252)
}

/// A text of an item: of its header fields, of its names.
pub fn field(properties: &Properties<'_>, id: u16, encoding: &'static Encoding) -> Option<String> {
    let (kind, octets) = properties.octets(id, FIELD_OCTETS_MAX).ok()??;
    decoded(kind, &octets, encoding).filter(|text| !text.is_empty())
}

/// The text of octets of that kind; `None` where they are no text.
pub fn decoded(kind: u16, octets: &[u8], encoding: &'static Encoding) -> Option<String> {
    let text = match kind {
        UNICODE => encoding_rs::UTF_16LE.decode_without_bom_handling(octets).0,
        STRING_8 => encoding.decode_without_bom_handling(octets).0,
        _ => return None,
    };
    Some(text.trim_end_matches('\0').to_owned())
}
