//! Writes every page with every sample as a static file, for `peers/pictures.mjs` to photograph.
//!
//! `cargo run -p caduceus-web --example pictures -- target/pictures`

use std::path::PathBuf;

use caduceus_web::face::{Face, assets};
use caduceus_web::pages::pictures;

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let target: PathBuf = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "target/pictures".to_owned())
        .into();
    let face = Face::new("../assets").map_err(explain)?;
    for asset in &assets::ALL {
        write(&target.join("assets").join(asset.path()), asset.bytes)?;
    }
    for picture in pictures(&face).map_err(explain)? {
        let name = format!(
            "{}--{}.html",
            picture.page.replace('/', "-"),
            picture.sample
        );
        write(&target.join("html").join(name), picture.html.as_bytes())?;
    }
    Ok(())
}

fn write(path: &std::path::Path, bytes: &[u8]) -> Fallible<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(path, bytes)?)
}

/// The cause of a broken template is in the error's source.
fn explain(error: model::Error) -> String {
    match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
