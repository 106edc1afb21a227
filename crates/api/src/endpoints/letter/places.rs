//! From the fields of `flow`'s letter back to the client's own, for pointers.

use model::{Code, Error, Kind};

use super::LetterBody;
use crate::json::is_name;

/// Where `flow`'s fields came from in the client's body.
pub(super) struct Places {
    recipients: [usize; 3],
    headers: Vec<String>,
}

impl Places {
    pub(super) fn of(body: &LetterBody<'_>) -> Self {
        let headers = body
            .headers
            .0
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        Self {
            recipients: [body.to.len(), body.cc.len(), body.bcc.len()],
            headers,
        }
    }

    pub(super) fn restore(&self, error: Error) -> Error {
        let pointer = match (error.code(), error.pointer()) {
            (Code::SenderForbidden, None) => Some("/from".to_owned()),
            (Code::HeaderForbidden, None) => Some("/headers".to_owned()),
            (Code::RecipientsMissing, None) => Some("/to".to_owned()),
            (_, Some(pointer)) => self.of_flow(pointer),
            _ => None,
        };
        match pointer {
            Some(pointer) => error.at(pointer),
            None => error,
        }
    }

    fn of_flow(&self, pointer: &str) -> Option<String> {
        let mut steps = pointer.strip_prefix('/')?.split('/');
        let (list, index) = (steps.next()?, steps.next()?.parse::<usize>().ok()?);
        match list {
            "recipients" => {
                let mut index = index;
                for (kind, count) in Kind::ALL.iter().zip(self.recipients) {
                    if index < count {
                        return Some(format!("/{kind}/{index}/{}", steps.next()?));
                    }
                    index -= count;
                }
                None
            }
            "headers" => {
                let name = self.headers.get(index).filter(|name| is_name(name));
                Some(name.map_or_else(|| "/headers".to_owned(), |name| format!("/headers/{name}")))
            }
            _ => None,
        }
    }
}
