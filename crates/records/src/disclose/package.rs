//! A package, made again from its order: the same octets each time.

use std::io::Write;
use std::sync::PoisonError;

use ctx::{Ctx, Event};
use flow::archive::Kept;
use model::{Code, Error, ExportId, Kind, MessageId, Result, Secret};
use store::tables::exports::{self as table, Export};

use super::order::{self, Written};
use crate::Records;
use crate::export::{
    Custody, Digests, Direction, Fault, IndexState, Item, Locked, Matter, Options, Part, Recipient,
    Source, Unreadable, Zip, write,
};

const PREFIX: &str = "CAD-";
/// Says nothing of what is inside.
const NAME: &str = "package.zip";

impl Records {
    /// The package: a ZIP of one entry under AES-256 (AE-2), which its password opens. That it was taken is on record
    /// before it leaves.
    ///
    /// # Errors
    /// `not_found`; `state_conflict` when its seven days are over; `key_destroyed` where a message of it was destroyed.
    pub fn take_export(&self, ctx: &Ctx, id: ExportId) -> Result<Vec<u8>> {
        super::may(ctx)?;
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        let (row, written, messages) = ctx.world().store.read(move |tx| {
            let row = table::load(tx, id, of)?;
            let written = order::opened(&ctx2, tx, &row)?;
            Ok((row, written, table::messages(tx, id)?))
        })?;
        if ctx.now() > row.ends_at {
            return Err(Code::StateConflict.into());
        }
        let octets = {
            // One at a time: a package is in memory while it is made.
            let _turn = self.packing.lock().unwrap_or_else(PoisonError::into_inner);
            self.package(ctx, &row, &written, messages)?
        };
        let digests = Digests::of(&octets);
        let (ctx2, sha256, count) = (ctx.clone(), digests.sha256, row.messages);
        ctx.world().store.write(move |tx| {
            if !table::take(tx, id, of, ctx2.now())? {
                return Err(Code::StateConflict.into());
            }
            let event = Event::new("archive.export_taken").about(id);
            let event = event.fact("messages", count).fact("sha256", &sha256);
            ctx2.record(tx, event).map(drop)
        })?;
        Ok(octets)
    }

    fn package(
        &self,
        ctx: &Ctx,
        row: &Export,
        written: &Written,
        messages: Vec<MessageId>,
    ) -> Result<Vec<u8>> {
        let password = Secret::new(written.password.clone());
        let out = Vec::new();
        let locked = Locked::new(out, NAME, &password, written.salt, row.created_at);
        let mut zip = Zip::new(locked.map_err(broken)?, row.created_at);
        let mut source = OfArchive {
            records: self,
            ctx,
            messages,
            methods: &written.methods,
        };
        let options = Options {
            prefix: PREFIX.to_owned(),
            first: 1,
            formats: written.formats(),
            made_at: row.created_at,
        };
        match write(&mut zip, &mut source, &matter(row, written), &options, &[]) {
            Ok(_) => {}
            Err(Fault::Source(error)) => return Err(error),
            Err(Fault::Write(error)) => return Err(broken(error)),
            Err(_) => return Err(Code::Internal.into()),
        }
        let mut locked = zip.finish().map_err(broken)?;
        locked.flush().map_err(broken)?;
        locked.finish().map_err(broken)
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::new(Code::Internal).because(error)
}

fn matter(row: &Export, written: &Written) -> Matter {
    Matter {
        organisation: written.house.clone(),
        id: row.id.to_string(),
        matter: written.purpose.clone(),
        requester: written.recipient.clone(),
        approver: "nobody: one person with the right to export is enough".to_owned(),
        purpose: written.purpose.clone(),
        query: written.asked.clone(),
        index: IndexState {
            accepted: written.accepted,
            archived: written.archived,
            indexed: written.archived.saturating_sub(written.partial),
            explained: written.partial,
        },
        dedup: "none: each message once by its id".to_owned(),
        exclusions: written.exclusions(),
        custody: vec![Custody {
            at: row.created_at,
            who: written.author.clone(),
            what: "made the package".to_owned(),
        }],
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// Messages of the archive, each opened when it is asked for.
struct OfArchive<'a> {
    records: &'a Records,
    ctx: &'a Ctx,
    messages: Vec<MessageId>,
    /// How each went, as it was when the package was made first.
    methods: &'a [Vec<String>],
}

impl Source for OfArchive<'_> {
    fn count(&self) -> u64 {
        self.messages.len() as u64
    }

    fn item(&mut self, index: u64) -> Result<Item> {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let id = self.messages.get(at).ok_or(Code::Internal)?;
        let methods = self.methods.get(at).ok_or(Code::StoredDataInvalid)?;
        Ok(item(self.records.flow.kept(self.ctx, *id)?, methods))
    }
}

fn item(kept: Kept, methods: &[String]) -> Item {
    let came = kept.is_received;
    let of = |kind: Kind| -> Vec<Recipient> {
        let all = kept.recipients.iter().zip(methods);
        all.filter(|((own, ..), _)| *own == kind)
            .map(|((_, address, _), method)| Recipient {
                address: address.clone(),
                method: Some(method.clone()),
            })
            .collect()
    };
    let whole = Unreadable {
        part: "message".to_owned(),
        why: "broken".to_owned(),
    };
    let custodian = match came {
        true => kept
            .recipients
            .first()
            .map(|(_, address, _)| address.clone()),
        false => Some(kept.from.clone()),
    };
    Item {
        id: kept.id.to_string(),
        custodian: custodian.unwrap_or_default(),
        sent_at: (!came).then_some(kept.at),
        received_at: came.then_some(kept.at),
        direction: match came {
            true => Direction::Received,
            false => Direction::Sent,
        },
        envelope_from: kept.envelope_from,
        from: kept.from,
        to: of(Kind::To),
        cc: of(Kind::Cc),
        bcc: of(Kind::Bcc),
        subject: kept.subject,
        message_id: kept.message_id,
        record_class: "unclassified".to_owned(),
        holds: Vec::new(),
        decisions: Vec::new(),
        log_index: None,
        text: kept.text,
        unreadable: kept.is_broken.then_some(whole).into_iter().collect(),
        attachments: kept.files.into_iter().map(part).collect(),
        octets: kept.octets,
    }
}

fn part(file: mail::Part) -> Part {
    Part {
        name: file.name.unwrap_or_default(),
        media_type: file.content_type,
        octets: file.bytes,
        text: None,
    }
}
