//! What a server says: three digits, an enhanced code (RFC 2034), one line of text.

use std::borrow::Cow;

use model::{Code, SmtpReply};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub code: u16,
    pub enhanced: Option<&'static str>,
    pub text: Cow<'static, str>,
}

impl Reply {
    pub(super) fn new(
        code: u16,
        enhanced: &'static str,
        text: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            enhanced: Some(enhanced),
            text: text.into(),
        }
    }

    /// For the replies that carry no enhanced code: greeting, 334 and 354.
    pub(super) fn plain(code: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            enhanced: None,
            text: text.into(),
        }
    }

    pub(super) fn is_permanent_refusal(&self) -> bool {
        self.code >= 500
    }

    pub(super) fn write_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.code.to_string().as_bytes());
        out.push(b' ');
        if let Some(enhanced) = self.enhanced {
            out.extend_from_slice(enhanced.as_bytes());
            out.push(b' ');
        }
        // One line whatever the text was made of.
        out.extend(
            self.text
                .bytes()
                .map(|b| if b.is_ascii_control() { b' ' } else { b }),
        );
        out.extend_from_slice(b"\r\n");
    }
}

impl From<Code> for Reply {
    fn from(code: Code) -> Self {
        let row = code.row();
        let SmtpReply { code, enhanced } = row.smtp;
        Self::new(code, enhanced, row.title)
    }
}
