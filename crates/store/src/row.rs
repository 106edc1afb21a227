//! One row of an answer, read by position and by the type the caller expects.
//!
//! A column that does not hold that type is `StoredDataInvalid`: nothing is converted in silence.

use model::{Code, Error, Result, Timestamp};

use crate::value::Value;

/// A row of either engine, valid during the call that maps it.
pub struct Row<'a>(Kind<'a>);

enum Kind<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl<'a> Row<'a> {
    pub(crate) fn sqlite(row: &'a rusqlite::Row<'a>) -> Self {
        Self(Kind::Sqlite(row))
    }
    pub(crate) fn postgres(row: &'a postgres::Row) -> Self {
        Self(Kind::Postgres(row))
    }

    pub fn int(&self, i: usize) -> Result<i64> {
        self.opt_int(i)?.ok_or_else(invalid)
    }
    /// A count: an integer that is not negative.
    pub fn uint(&self, i: usize) -> Result<u64> {
        u64::try_from(self.int(i)?).map_err(|_| invalid())
    }
    pub fn text(&self, i: usize) -> Result<&str> {
        self.opt_text(i)?.ok_or_else(invalid)
    }
    pub fn bytes(&self, i: usize) -> Result<&[u8]> {
        self.opt_bytes(i)?.ok_or_else(invalid)
    }
    /// A boolean, stored as 0 or 1.
    pub fn flag(&self, i: usize) -> Result<bool> {
        match self.int(i)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(invalid()),
        }
    }
    pub fn at(&self, i: usize) -> Result<Timestamp> {
        self.int(i).map(Timestamp::from_micros)
    }
    pub fn opt_at(&self, i: usize) -> Result<Option<Timestamp>> {
        Ok(self.opt_int(i)?.map(Timestamp::from_micros))
    }
    pub fn array<const N: usize>(&self, i: usize) -> Result<[u8; N]> {
        self.bytes(i)?.try_into().map_err(|_| invalid())
    }
    pub fn opt_array<const N: usize>(&self, i: usize) -> Result<Option<[u8; N]>> {
        self.opt_bytes(i)?
            .map(|bytes| bytes.try_into().map_err(|_| invalid()))
            .transpose()
    }
    pub fn id<T: ColumnId>(&self, i: usize) -> Result<T> {
        self.array(i).map(T::from_column)
    }
    pub fn opt_id<T: ColumnId>(&self, i: usize) -> Result<Option<T>> {
        Ok(self.opt_array(i)?.map(T::from_column))
    }
    /// A member of a closed set, stored as its word.
    pub fn word<T: ColumnWord>(&self, i: usize) -> Result<T> {
        T::from_column(self.text(i)?).ok_or_else(invalid)
    }
    pub fn opt_word<T: ColumnWord>(&self, i: usize) -> Result<Option<T>> {
        self.opt_text(i)?
            .map(|text| T::from_column(text).ok_or_else(invalid))
            .transpose()
    }

    pub fn opt_int(&self, i: usize) -> Result<Option<i64>> {
        use postgres::types::Type;
        match &self.0 {
            Kind::Sqlite(row) => row.get(i).map_err(|_| invalid()),
            // The planner gives `SELECT 1` and small casts their own width.
            Kind::Postgres(row) => match row.columns().get(i).map(postgres::Column::type_) {
                Some(&Type::INT4) => row.try_get::<_, Option<i32>>(i).map(|n| n.map(i64::from)),
                Some(&Type::INT2) => row.try_get::<_, Option<i16>>(i).map(|n| n.map(i64::from)),
                _ => row.try_get(i),
            }
            .map_err(|_| invalid()),
        }
    }
    pub fn opt_text(&self, i: usize) -> Result<Option<&str>> {
        match &self.0 {
            Kind::Sqlite(row) => {
                let value = row.get_ref(i).map_err(|_| invalid())?;
                value.as_str_or_null().map_err(|_| invalid())
            }
            Kind::Postgres(row) => row.try_get(i).map_err(|_| invalid()),
        }
    }
    pub fn opt_bytes(&self, i: usize) -> Result<Option<&[u8]>> {
        match &self.0 {
            Kind::Sqlite(row) => {
                let value = row.get_ref(i).map_err(|_| invalid())?;
                value.as_blob_or_null().map_err(|_| invalid())
            }
            Kind::Postgres(row) => row.try_get(i).map_err(|_| invalid()),
        }
    }
}

fn invalid() -> Error {
    Error::new(Code::StoredDataInvalid)
}

/// An id of the registry, read from its 16 bytes.
pub trait ColumnId {
    fn from_column(bytes: [u8; 16]) -> Self;
}

/// A closed set of the model, read from its word.
pub trait ColumnWord: Sized {
    fn from_column(word: &str) -> Option<Self>;
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl ColumnId for model::$id {
            fn from_column(bytes: [u8; 16]) -> Self {
                Self::from_bytes(bytes)
            }
        }
        impl From<model::$id> for Value<'_> {
            fn from(id: model::$id) -> Self {
                Self::Id(*id.as_bytes())
            }
        }
    )*};
}
ids!(
    OrganisationId,
    UserId,
    AppId,
    ApiKeyId,
    SessionId,
    MessageId,
    RecipientId,
    SealedId,
    DeliveryId,
    AttemptId,
    ThreadId,
    AttachmentId,
    BlobId,
    EventId,
    NoticeId,
    VisitId,
    DomainId,
    NodeId,
    OrderId,
    RequestId,
    KeyVersionId,
    SuppressionId,
    CorrespondentId,
    RecipientKeyId,
    AuthorityId,
    DirectoryId,
    OwnKeyId,
    RuleVersionId,
    DetectorId,
    FrequentDomainId,
    LexiconPieceId,
    SearchId,
    MatterId,
    HoldId,
    ArchiveImportId,
    SavedSearchId,
    ExportId,
    DisposalId,
    ImportId,
    WebhookId
);

macro_rules! words {
    ($($set:ident),*) => {$(
        impl ColumnWord for model::$set {
            fn from_column(word: &str) -> Option<Self> {
                Self::from_word(word)
            }
        }
        impl From<model::$set> for Value<'_> {
            fn from(member: model::$set) -> Self {
                Self::Text(member.word())
            }
        }
    )*};
}
words!(
    Method,
    Demand,
    Stream,
    Purpose,
    Mode,
    Origin,
    Kind,
    RecipientState,
    Severity,
    SuppressionReason,
    SuppressionSource,
    LiftReason,
    BounceClass,
    KeyAnswer,
    KeyFor,
    KeySource,
    KeyStanding,
    RevocationState,
    RevocationUse,
    MatterState,
    HoldState,
    CustodianState,
    DisposalState,
    AnchorKind,
    AnchorState,
    ArchiveCheckState,
    DisposedState,
    SparedFor
);
