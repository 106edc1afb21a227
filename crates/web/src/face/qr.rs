//! A QR code as the path of an SVG, so that a page can draw it without a style of its own.

use model::{Code, Error, Result};
use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};
use serde::Serialize;

/// A square drawing: `side` units wide, quiet zone of four included (ISO/IEC 18004 §6.3.8).
#[derive(Clone, Debug, Serialize)]
pub struct Qr {
    pub side: usize,
    pub path: String,
}

const QUIET: usize = 4;

pub fn draw(text: &str) -> Result<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|e| Error::new(Code::Internal).because(e))?;
    let width = code.width();
    let mut path = String::new();
    for (row, line) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        while column < width {
            let run = line[column..]
                .iter()
                .take_while(|c| **c == Color::Dark)
                .count();
            if run > 0 {
                path.push_str(&format!(
                    "M{} {}h{run}v1h-{run}z",
                    column + QUIET,
                    row + QUIET
                ));
            }
            column += run.max(1);
        }
    }
    Ok(Qr {
        side: width + 2 * QUIET,
        path,
    })
}
