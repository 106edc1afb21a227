//! The content of a message on its way in: after DATA, or in the chunks of BDAT.

use model::Code;

use super::{Envelope, Phase, Received, Security, ServerAction, ServerSession};
use crate::smtp::data::{DataReader, Fed};
use crate::smtp::reply::Reply;

impl ServerSession {
    pub(super) fn take_buffered_content(&mut self) -> bool {
        let mut input = std::mem::take(&mut self.input);
        let had = !input.is_empty();
        let used = self.take_content(input.unused());
        input.skip(used);
        if !matches!(self.phase, Phase::Closed) {
            self.input = input;
        }
        // An empty chunk needs no octets to be whole.
        had || !matches!(self.phase, Phase::Data(_) | Phase::Chunk { .. })
    }

    /// Feeds what belongs to the content; returns how many octets that was.
    pub(super) fn take_content(&mut self, piece: &[u8]) -> usize {
        match std::mem::replace(&mut self.phase, Phase::Command) {
            Phase::Data(reader) => self.take_data(reader, piece),
            Phase::Chunk {
                octets,
                left,
                last,
                refusal,
            } => self.take_chunk(octets, left, last, refusal, piece),
            other => {
                self.phase = other;
                0
            }
        }
    }

    fn take_data(&mut self, mut reader: DataReader, piece: &[u8]) -> usize {
        match reader.feed(piece) {
            Fed::More => {
                self.phase = Phase::Data(reader);
                piece.len()
            }
            Fed::End { used } => {
                self.finish(reader);
                used
            }
            Fed::Broken => {
                self.refuse_smuggling();
                piece.len()
            }
        }
    }

    fn take_chunk(
        &mut self,
        octets: u64,
        left: u64,
        last: bool,
        refusal: Option<Reply>,
        piece: &[u8],
    ) -> usize {
        let used = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        let left = left - used as u64;
        let mut chunks = self
            .envelope
            .as_mut()
            .and_then(|envelope| envelope.chunks.take());
        if let (None, Some(reader)) = (&refusal, &mut chunks) {
            let broken = reader.feed(&piece[..used]) == Fed::Broken;
            if broken || (left == 0 && last && !reader.is_whole()) {
                self.refuse_smuggling();
                return piece.len();
            }
        }
        if left > 0 {
            self.phase = Phase::Chunk {
                octets,
                left,
                last,
                refusal,
            };
        } else {
            match (refusal, chunks.take()) {
                (Some(refusal), kept) => {
                    chunks = kept;
                    self.refuse(refusal);
                }
                (None, Some(reader)) if last => self.finish(reader),
                (None, Some(reader)) => chunks = self.end_chunk(reader, octets),
                (None, None) => self.refuse(super::commands::out_of_order()),
            }
        }
        if let Some(envelope) = &mut self.envelope {
            envelope.chunks = chunks;
        }
        used
    }

    /// Between chunks: says at once when the message can no longer be taken (RFC 3030 §2).
    fn end_chunk(&mut self, reader: DataReader, octets: u64) -> Option<DataReader> {
        match reader.fault() {
            Some(code) => {
                self.envelope = None;
                self.refuse(code.into());
                None
            }
            None => {
                self.reply(Reply::new(
                    250,
                    "2.0.0",
                    format!("{octets} octets received"),
                ));
                Some(reader)
            }
        }
    }

    /// The message is whole: the transaction ends, whatever becomes of it.
    fn finish(&mut self, reader: DataReader) {
        let (
            Some(Envelope {
                from,
                params,
                recipients,
                ..
            }),
            Some(client),
        ) = (self.envelope.take(), &self.client)
        else {
            return self.refuse(super::commands::out_of_order());
        };
        match reader.into_message() {
            Ok(bytes) => {
                let helo = client.name.clone();
                let encrypted = self.config.security == Security::Encrypted;
                self.phase = Phase::AwaitingMessage;
                let received = Received {
                    helo,
                    from,
                    from_params: params,
                    recipients,
                    bytes,
                    encrypted,
                };
                self.pending = Some(ServerAction::Message(received));
            }
            Err(code) => self.refuse(code.into()),
        }
    }

    /// Nothing after a bare CR, LF or NUL can be told apart from commands: answer and hang up.
    fn refuse_smuggling(&mut self) {
        self.close_saying(Code::LineEndings.into());
    }
}
