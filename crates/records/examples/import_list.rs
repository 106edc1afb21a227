//! Lists what an archive holds: a file or a folder in, one line of JSON a message out.
//!
//! ```sh
//! cargo run -p caduceus-records --example import_list -- ARCHIVE [FOLDER-FOR-MESSAGES]
//! ```

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use caduceus_records::import::{Found, Import, Limits};

fn main() -> io::Result<()> {
    let mut words = std::env::args_os().skip(1).map(PathBuf::from);
    let archive = words
        .next()
        .ok_or_else(|| io::Error::other("which archive?"))?;
    let folder = words.next();
    let name = archive
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut import = if archive.is_dir() {
        Import::of_folder(&archive, Limits::default())?
    } else {
        Import::of_file(File::open(&archive)?, &name, Limits::default())?
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut count = 0_u64;
    for found in import.by_ref() {
        count += 1;
        writeln!(out, "{}", line(&found))?;
        if let Some(folder) = &folder {
            fs::write(folder.join(format!("{count:06}.eml")), &found.octets)?;
        }
    }
    let progress = import.progress();
    let figures = serde_json::json!({"messages": progress.messages, "problems": progress.problems,
        "octets": progress.octets, "read": progress.read});
    writeln!(out, "{}", serde_json::json!({"end": figures}))?;
    out.flush()
}

fn line(found: &Found) -> serde_json::Value {
    let problems: Vec<_> = found
        .problems
        .iter()
        .map(|problem| problem.word())
        .collect();
    let flags = found.flags;
    serde_json::json!({
        "sha256": hex::encode(found.key()),
        "octets": found.octets.len(),
        "file": found.place.file,
        "folder": found.place.folder,
        "number": found.place.number,
        "received_at": found.received_at.map(|at| at.rfc3339()),
        "labels": found.labels,
        "read": flags.read,
        "answered": flags.answered,
        "deleted": flags.deleted,
        "problems": problems,
    })
}
