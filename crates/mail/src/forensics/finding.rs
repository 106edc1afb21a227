//! What looks wrong, as a code with numbers.

/// A code, and where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    /// From the top, which is 0.
    pub hop: Option<usize>,
    /// The field's name as the standards write it.
    pub field: Option<&'static str>,
    /// Seconds or a count, by the kind.
    pub number: Option<i64>,
}

impl Finding {
    pub(super) fn of(kind: FindingKind) -> Self {
        Self {
            kind,
            hop: None,
            field: None,
            number: None,
        }
    }
    pub(super) fn at_hop(mut self, hop: usize) -> Self {
        self.hop = Some(hop);
        self
    }
    pub(super) fn in_field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }
    pub(super) fn counting(mut self, count: usize) -> Self {
        self.number = i64::try_from(count).ok();
        self
    }
    pub(super) fn seconds(mut self, seconds: i64) -> Self {
        self.number = Some(seconds);
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// A hop says no server wrote it.
    HopNoServer,
    /// A hop has no moment that can be read.
    HopNoDate,
    /// A hop was written before the one below it; by how many seconds.
    HopBackInTime,
    /// It lay at the hop below for more than a day; how many seconds.
    HopLongStay,
    /// A hop had it from somebody other than the hop below says it is.
    HopUnlinked,
    /// A hop of one owner had it from another's server at an address that is none in public.
    HopPrivateAddress,
    /// A client at a public address called itself by a name that nobody can have in public.
    HopReservedName,
    /// From this hop down only the sender says so; how many hops.
    HopsClaimed,
    /// More hops than are looked at; how many.
    HopsTooMany,
    /// The identifier was made by another domain than the author's.
    MessageIdDomain,
    /// Written long before or after the first server had it; seconds after it, negative before.
    DateFar,
    /// A field that stands once stands there so many times.
    FieldRepeated,
    /// A field that has to be there is not.
    FieldMissing,
    /// A field cannot be read.
    FieldUnreadable,
    /// So many lines are no fields.
    LinesUnreadable,
    /// Somebody's results say that a signature was good, and there is no signature.
    SignatureMissing,
}

impl FindingKind {
    pub const ALL: [Self; 16] = [
        Self::HopNoServer,
        Self::HopNoDate,
        Self::HopBackInTime,
        Self::HopLongStay,
        Self::HopUnlinked,
        Self::HopPrivateAddress,
        Self::HopReservedName,
        Self::HopsClaimed,
        Self::HopsTooMany,
        Self::MessageIdDomain,
        Self::DateFar,
        Self::FieldRepeated,
        Self::FieldMissing,
        Self::FieldUnreadable,
        Self::LinesUnreadable,
        Self::SignatureMissing,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::HopNoServer => "hop_no_server",
            Self::HopNoDate => "hop_no_date",
            Self::HopBackInTime => "hop_back_in_time",
            Self::HopLongStay => "hop_long_stay",
            Self::HopUnlinked => "hop_unlinked",
            Self::HopPrivateAddress => "hop_private_address",
            Self::HopReservedName => "hop_reserved_name",
            Self::HopsClaimed => "hops_claimed",
            Self::HopsTooMany => "hops_too_many",
            Self::MessageIdDomain => "message_id_domain",
            Self::DateFar => "date_far",
            Self::FieldRepeated => "field_repeated",
            Self::FieldMissing => "field_missing",
            Self::FieldUnreadable => "field_unreadable",
            Self::LinesUnreadable => "lines_unreadable",
            Self::SignatureMissing => "signature_missing",
        }
    }
}
