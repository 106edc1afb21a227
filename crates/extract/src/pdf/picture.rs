//! Pictures on a page: given to OCR in a form that its program reads.
//!
//! Invariant: a picture that cannot be given is a loss.

use super::file::File;
use super::filter;
use super::object::{Dict, Object};
use crate::extracted::Because;
use crate::image;
use crate::session::Session;

pub(super) fn read(session: &mut Session<'_>, place: &str, file: &File<'_>, picture: &Object) {
    let Object::Stream(dict, range) = file.resolve(picture) else {
        return;
    };
    let Some((width, height)) = size(file, &dict) else {
        return session.lost(place, Because::Malformed);
    };
    // Rules and dots; and without OCR nothing needs to be unpacked.
    if width.min(height) < 12 || session.limits.ocr.is_none() {
        return image::pixels(session, place, Some((width, height)), &[]);
    }
    if width.saturating_mul(height) > session.limits.ocr_pixels {
        return session.lost(place, Because::LimitOcr);
    }
    let (data, left) = filter::decode(session, place, file, &dict, &file.octets[range]);
    match left.as_deref() {
        Some(b"DCTDecode" | b"DCT" | b"JPXDecode") => {
            image::pixels(session, place, Some((width, height)), &data);
        }
        // Fax codings, for which no reader stands here.
        Some(_) => session.lost(place, Because::ImageWithoutOcr),
        None => match portable(&data, width, height) {
            Some(image) => image::pixels(session, place, Some((width, height)), &image),
            None => session.lost(place, Because::ImageWithoutOcr),
        },
    }
}

fn size(file: &File<'_>, dict: &Dict) -> Option<(u64, u64)> {
    let side = |key: &str| {
        let side = file.resolve(dict.find(key)?).size()?;
        (side > 0).then_some(side as u64)
    };
    Some((side("Width")?, side("Height")?))
}

/// As a portable bitmap: colours, greys or bits, by how many octets there are.
fn portable(data: &[u8], width: u64, height: u64) -> Option<Vec<u8>> {
    let have = data.len() as u64;
    let points = width.checked_mul(height)?;
    let row_of_bits = width.div_ceil(8);
    let (kind, octets) = match () {
        () if have >= points * 3 => ("P6", points * 3),
        () if have >= points => ("P5", points),
        () if have >= row_of_bits * height => ("P4", row_of_bits * height),
        () => return None,
    };
    let depth = if kind == "P4" { "" } else { "255\n" };
    let mut image = format!("{kind}\n{width} {height}\n{depth}").into_bytes();
    let data = data.get(..usize::try_from(octets).ok()?)?;
    // In PDF a 0 is black, in a bitmap a 1.
    if kind == "P4" {
        image.extend(data.iter().map(|octet| !octet));
    } else {
        image.extend(data);
    }
    Some(image)
}

/// As large as a scanned page, whatever words stand over it.
pub(super) fn is_large(file: &File<'_>, picture: &Object) -> bool {
    let dict = file.dict(Some(picture));
    size(file, &dict).is_some_and(|(width, height)| width.saturating_mul(height) >= 1_000_000)
}
