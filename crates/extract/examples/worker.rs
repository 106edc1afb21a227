//! A worker as the product starts it, and one that misbehaves when a test asks it to.
//!
//! `worker` enters the sandbox and serves. `worker ill` reads the claim itself and does what the
//! file's name says: crash, hang, eat memory or processor time, answer nonsense, open a file or a
//! socket. `worker ocr` reads pictures, where a program for that is installed. `worker layers` prints which layers of the sandbox are missing.

use std::io::{Read, Write, stdin, stdout};
use std::process::ExitCode;

use caduceus_extract::{Limits, sandbox, serve};

fn main() -> ExitCode {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let limits = Limits {
        ocr: match mode.as_str() {
            "ocr" => caduceus_extract::find_ocr_program(),
            _ => None,
        },
        ..limits()
    };
    let entered = sandbox::enter(&limits);
    match mode.as_str() {
        "layers" => {
            let said = stdout().write_all(entered.missing().join(" ").as_bytes());
            ExitCode::from(u8::from(said.is_err()))
        }
        "ill" => {
            let mut first = IllOnce { spent: false };
            exit(serve(&mut first, stdout(), &limits))
        }
        _ => exit(serve(stdin().lock(), stdout().lock(), &limits)),
    }
}

/// The limits of the tests: short, so that a hanging worker is soon ended.
fn limits() -> Limits {
    Limits {
        time: std::time::Duration::from_secs(2),
        ..Limits::default()
    }
}

fn exit(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// Standard input; when the name of a file passes through that asks for it, the worker falls ill.
struct IllOnce {
    spent: bool,
}

impl Read for IllOnce {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = stdin().lock().read(buffer)?;
        let asked = |word: &str| {
            buffer[..read]
                .windows(word.len())
                .any(|part| part == word.as_bytes())
        };
        if self.spent {
            return Ok(read);
        }
        self.spent = true;
        match () {
            () if asked("please-crash") => std::process::abort(),
            () if asked("please-overflow") => {
                overflow(read);
            }
            () if asked("please-exit") => std::process::exit(0),
            () if asked("please-hang") => loop {
                std::thread::park();
            },
            () if asked("please-spin") => loop {
                std::hint::spin_loop();
            },
            () if asked("please-eat") => eat(),
            () if asked("please-lie") => {
                stdout().write_all(b"\x04\0\0\0\0\0\0\0{}{}")?;
                stdout().flush()?;
            }
            () => self.spent = false,
        }
        Ok(read)
    }
}

fn overflow(depth: usize) -> usize {
    let here = std::hint::black_box([depth; 1_024]);
    if depth == usize::MAX {
        0
    } else {
        overflow(depth + 1) + here[depth % 1_024]
    }
}

fn eat() {
    let mut eaten = Vec::new();
    loop {
        eaten.push(vec![1_u8; 1 << 20]);
    }
}
