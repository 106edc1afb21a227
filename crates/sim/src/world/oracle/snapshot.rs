//! The database at one moment, read in one transaction.

use std::sync::Arc;

use model::{
    DeliveryId, EventId, MessageId, Method, OrganisationId, Origin, RecipientId, RecipientState,
    Result, Timestamp,
};
use store::tables::{census, events, ledger, recipients};

use crate::world::house::House;

const ROWS: usize = 10_000;

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub clinics: Vec<OfClinic>,
    pub outbox: usize,
    pub open: Vec<Open>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct OfClinic {
    pub id: OrganisationId,
    pub accepted: u64,
    pub totals: Vec<(RecipientState, u64)>,
    pub messages: Vec<Stored>,
    pub size: u64,
    pub root: [u8; 32],
    pub checkpoint: String,
    /// Committed and not chained yet.
    pub pending: Vec<(EventId, Arc<Vec<u8>>)>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub id: MessageId,
    pub origin: Origin,
    pub recipients: Vec<Row>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub id: RecipientId,
    pub method: Method,
    pub below: Option<Method>,
    pub state: RecipientState,
}

impl Row {
    /// What was decided at first: verified TLS may have moved to where its decision said.
    pub fn accepted_method(&self) -> Method {
        if self.below.is_some() {
            Method::Tls
        } else {
            self.method
        }
    }
}

/// A delivery that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub id: DeliveryId,
    pub fence: u64,
    pub attempts: u32,
    pub due: Timestamp,
    pub state: String,
    /// A node has it; else it waits in the database.
    pub held: bool,
}

impl Snapshot {
    pub fn take(house: &House) -> Result<Self> {
        let ids: Vec<OrganisationId> = house.clinics.iter().map(|clinic| clinic.id).collect();
        house.store.read(move |tx| {
            let clinics = ids.iter().map(|id| of_clinic(tx, *id));
            let clinics = clinics.collect::<Result<Vec<_>>>()?;
            let open = census::open(tx)?.into_iter().map(|d| Open {
                id: d.id,
                fence: d.fence,
                attempts: d.attempts,
                due: d.due_at,
                state: d.state,
                held: d.held,
            });
            Ok(Self {
                clinics,
                open: open.collect(),
                outbox: events::peek(tx, i64::MIN, ROWS)?.len(),
            })
        })
    }

    pub fn messages(&self) -> impl Iterator<Item = &Stored> {
        self.clinics.iter().flat_map(|clinic| &clinic.messages)
    }

    pub fn find(&self, id: MessageId) -> Option<&Stored> {
        self.messages().find(|message| message.id == id)
    }

    /// Nothing is left to do.
    pub fn is_over(&self) -> bool {
        self.outbox == 0
            && self.open.is_empty()
            && self.clinics.iter().all(|clinic| clinic.pending.is_empty())
    }
}

fn of_clinic(tx: &mut store::Tx<'_>, id: OrganisationId) -> Result<OfClinic> {
    let head = ledger::find_head(tx, id)?.ok_or(model::Code::LedgerBroken)?;
    let totals = recipients::totals(tx, id)?;
    let mut of_clinic = OfClinic {
        id,
        accepted: recipients::count(tx, id)?,
        totals: totals
            .into_iter()
            .map(|(state, _, count)| (state, count))
            .collect(),
        messages: Vec::new(),
        size: head.size,
        root: head.root,
        checkpoint: head.checkpoint,
        pending: Vec::new(),
    };
    for pending in ledger::pending(tx, id, ROWS)? {
        of_clinic
            .pending
            .push((pending.event, Arc::new(pending.entry)));
    }
    let mut rows = census::recipients(tx, id)?.into_iter().peekable();
    for (message, origin) in census::messages(tx, id)? {
        let mut recipients = Vec::new();
        while let Some(r) = rows.next_if(|r| r.message <= message) {
            // The program's own messages are in no list.
            if r.message == message {
                recipients.push(Row {
                    id: r.id,
                    method: r.method,
                    below: r.below,
                    state: r.state,
                });
            }
        }
        of_clinic.messages.push(Stored {
            id: message,
            origin,
            recipients,
        });
    }
    Ok(of_clinic)
}
