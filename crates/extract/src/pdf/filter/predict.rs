//! Predictors: rows stored as differences (ISO 32000-2 §7.4.4.4, PNG §9).
//!
//! Invariant: the output is never longer than the input.

use super::super::file::File;
use super::super::object::Dict;

pub(super) fn undo(data: Vec<u8>, parameters: &Dict, file: &File<'_>) -> Vec<u8> {
    let number = |key: &str, usual: usize| {
        let found = file.number(parameters.find(key));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range was checked"
        )]
        found
            .filter(|n| (1.0..=1e6).contains(n))
            .map_or(usual, |n| n as usize)
    };
    let predictor = number("Predictor", 1);
    let bits = number("Colors", 1).saturating_mul(number("BitsPerComponent", 8));
    let row = (bits.saturating_mul(number("Columns", 1))).div_ceil(8);
    let pixel = bits.div_ceil(8);
    match predictor {
        2 if bits.is_multiple_of(8) => tiff(data, row, pixel),
        10..=15 => png(&data, row, pixel),
        _ => data,
    }
}

fn tiff(mut data: Vec<u8>, row: usize, pixel: usize) -> Vec<u8> {
    for row in data.chunks_mut(row.max(1)) {
        for at in pixel..row.len() {
            row[at] = row[at].wrapping_add(row[at - pixel]);
        }
    }
    data
}

fn png(data: &[u8], row: usize, pixel: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0; row];
    for line in data.chunks(row + 1) {
        let mut current = line[1..].to_vec();
        current.resize(row, 0);
        for at in 0..row {
            let left = if at >= pixel { current[at - pixel] } else { 0 };
            let up = above[at];
            let corner = if at >= pixel { above[at - pixel] } else { 0 };
            let guess = match line[0] {
                1 => left,
                2 => up,
                3 => u16::midpoint(u16::from(left), u16::from(up)).to_le_bytes()[0],
                4 => paeth(left, up, corner),
                _ => 0,
            };
            current[at] = current[at].wrapping_add(guess);
        }
        out.extend(&current[..line.len() - 1]);
        above = current;
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let base = i16::from(left) + i16::from(up) - i16::from(corner);
    let away = |from: u8| (base - i16::from(from)).abs();
    match (away(left), away(up), away(corner)) {
        (a, b, c) if a <= b && a <= c => left,
        (_, b, c) if b <= c => up,
        _ => corner,
    }
}
