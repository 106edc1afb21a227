//! Numbers out of octets. Invariant: beyond the end there is nothing, never a panic.

pub(crate) fn le16(octets: &[u8], at: usize) -> Option<u16> {
    let found = octets.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(found.try_into().ok()?))
}

pub(crate) fn le32(octets: &[u8], at: usize) -> Option<u32> {
    let found = octets.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(found.try_into().ok()?))
}

pub(crate) fn le64(octets: &[u8], at: usize) -> Option<u64> {
    let found = octets.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(found.try_into().ok()?))
}

/// The same as a place or a length.
pub(crate) fn size32(octets: &[u8], at: usize) -> Option<usize> {
    usize::try_from(le32(octets, at)?).ok()
}

pub(crate) fn size16(octets: &[u8], at: usize) -> Option<usize> {
    le16(octets, at).map(usize::from)
}

/// So many octets from a place on.
pub(crate) fn cut(octets: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    octets.get(at..at.checked_add(length)?)
}
