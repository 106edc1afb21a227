//! Reading pictures with the program `tesseract`, where an administrator has it.
//!
//! It gets the picture by its standard input and writes no file. It runs as a child of the worker,
//! so every limit and ban of the worker holds for it. Invariant: it ends, by itself or with its worker,
//! and what it says is cut at the limit of text.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::extracted::Because;
use crate::limits::Limits;

const PLACES: &[&str] = &["/usr/bin/tesseract", "/usr/local/bin/tesseract"];

/// The program where distributions put it.
pub fn find_program() -> Option<PathBuf> {
    let mut places = PLACES.iter().map(PathBuf::from);
    places.find(|place| place.is_file())
}

pub(crate) fn read(program: &Path, picture: &[u8], limits: &Limits) -> Result<String, Because> {
    let mut child = Command::new(program)
        .args(["stdin", "stdout", "--psm", "3"])
        .env_clear()
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Because::OcrFailed)?;
    let said = converse(&mut child, picture, limits);
    // What has closed its output is about to end, and says by its end whether all went well: it is not cut
    // short. One that goes on without output is ended with its worker, whose own time is limited.
    let status = child.wait().map_err(|_| Because::OcrFailed)?;
    let said = said?;
    if status.code() == Some(0) {
        Ok(said)
    } else {
        Err(Because::OcrFailed)
    }
}

fn converse(child: &mut Child, picture: &[u8], limits: &Limits) -> Result<String, Because> {
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Because::OcrFailed);
    };
    let (says, heard) = mpsc::channel();
    let most = limits.text;
    thread::scope(|scope| {
        scope.spawn(move || {
            // A program that does not want more has said what it has to say.
            let _written = stdin.write_all(picture);
        });
        scope.spawn(move || {
            let mut text = Vec::new();
            let read = stdout.take(most).read_to_end(&mut text);
            let _gone = says.send(read.map(|_| text));
        });
        let said = heard.recv_timeout(limits.time);
        if !matches!(said, Ok(Ok(_))) {
            let _ended = child.kill();
        }
        match said {
            Ok(Ok(text)) => Ok(String::from_utf8_lossy(&text).into_owned()),
            Ok(Err(_)) => Err(Because::OcrFailed),
            Err(_) => Err(Because::LimitTime),
        }
    })
}
