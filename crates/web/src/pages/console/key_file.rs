//! Keys or certificates as a page takes them: a file that was chosen, or text that was pasted. Not a page.

use model::limits;

use crate::door::asked::Asked;
use crate::face::Fault;

pub(super) struct KeyFile {
    pub octets: Vec<u8>,
    /// The field that it came by, for what is wrong with it.
    pub field: &'static str,
}

impl KeyFile {
    pub fn of(asked: &Asked) -> Result<Self, Fault> {
        let text = asked.field("text");
        match asked.file("file") {
            Some(_) if !text.trim().is_empty() => Err(Fault::new("file", "key_twice")),
            Some(file) if file.len() > limits::KEY_FILE_OCTETS_MAX => {
                Err(Fault::new("file", "key_file_large"))
            }
            Some(file) => Ok(Self {
                octets: file.to_vec(),
                field: "file",
            }),
            None => Ok(Self {
                octets: text.as_bytes().to_vec(),
                field: "text",
            }),
        }
    }

    /// It says of itself that it is a secret key.
    pub fn is_secret(&self) -> bool {
        const WORDS: &[u8] = b"PRIVATE KEY";
        let mut windows = self.octets.windows(WORDS.len());
        windows.any(|window| window == WORDS)
    }
}
