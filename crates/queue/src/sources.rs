//! Where mail leaves from: sources with weights, pools of them, and how a new one is warmed up.
//!
//! A source is a sending address with its name; what it binds to is the edge's business. Invariants:
//! every organisation and stream has a pool with at least one source; the same delivery chooses the
//! same source as long as the same ones can be used.

use std::sync::Arc;
use std::time::Duration;

use model::{DeliveryId, OrganisationId, Stream, Timestamp};

const DAY: Duration = Duration::from_secs(86_400);

/// Messages a day, from one source to one provider, while it is new: the first day, the second, and
/// so on. After the last day there is no cap. Receivers build a reputation from steady growth; twice
/// a day's volume is what they are known to bear early on, a quarter more later.
pub const WARM_UP_DAYS: [u32; 30] = [
    50, 100, 200, 400, 700, 1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 6_500, 8_000, 10_000, 13_000,
    16_000, 20_000, 25_000, 31_000, 39_000, 48_000, 60_000, 75_000, 90_000, 110_000, 135_000,
    170_000, 210_000, 260_000, 320_000,
];

/// Which source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub(crate) u8);

impl SourceId {
    /// That of a list's nth source.
    pub fn at(position: usize) -> Option<Self> {
        u8::try_from(position).ok().map(Self)
    }
    /// For a set of few; those beyond are one.
    pub(crate) fn bit(self) -> u32 {
        1 << self.0.min(31)
    }
    pub fn position(self) -> usize {
        usize::from(self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub name: Arc<str>,
    /// Its share of the mail of a pool.
    pub weight: u32,
    /// When it was first used: it is warmed up from then on. None is a source that is known already.
    pub warm_from: Option<Timestamp>,
}

/// Sources for the mail of a stream, of an organisation, of both, or of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub stream: Option<Stream>,
    pub organisation: Option<OrganisationId>,
    pub sources: Vec<SourceId>,
}

#[derive(Clone, Debug)]
pub struct Sources {
    all: Vec<Source>,
    /// The most particular first; the last one is for everything.
    pools: Vec<Pool>,
    warm_up: Arc<[u32]>,
}

/// How much of a warming source's day there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarmUp {
    /// From 0, since `warm_from`.
    pub day: u32,
    pub messages_max: u32,
    pub day_ends: Timestamp,
}

impl Sources {
    /// One source, used for everything.
    pub fn single() -> Self {
        let only = Source {
            name: "default".into(),
            weight: 1,
            warm_from: None,
        };
        Self::new(vec![only], Vec::new())
    }

    /// Without a pool for everything, that is all sources. At most 255 sources are kept, and at least
    /// one must be given; pools name sources that are there.
    pub fn new(mut all: Vec<Source>, mut pools: Vec<Pool>) -> Self {
        all.truncate(usize::from(u8::MAX));
        assert!(!all.is_empty(), "mail leaves from somewhere");
        let known = all.len();
        for pool in &mut pools {
            pool.sources.retain(|id| usize::from(id.0) < known);
        }
        pools.retain(|pool| !pool.sources.is_empty());
        let every = (0..known).filter_map(|at| u8::try_from(at).ok());
        pools.push(Pool {
            stream: None,
            organisation: None,
            sources: every.map(SourceId).collect(),
        });
        // stable: of two equally particular pools the first named one counts
        pools.sort_by_key(|pool| (pool.organisation.is_none(), pool.stream.is_none()));
        Self {
            all,
            pools,
            warm_up: WARM_UP_DAYS.into(),
        }
    }

    /// Other caps for the days of a new source.
    pub fn warmed_up_by(mut self, messages_by_day: Vec<u32>) -> Self {
        self.warm_up = messages_by_day.into();
        self
    }

    pub fn find(&self, name: &str) -> Option<SourceId> {
        let at = self.all.iter().position(|source| &*source.name == name)?;
        u8::try_from(at).ok().map(SourceId)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|source| &*source.name)
    }

    pub fn name(&self, id: SourceId) -> &str {
        &self.all[usize::from(id.0)].name
    }

    /// The cap of today, while it is being warmed up.
    pub fn warm_up(&self, id: SourceId, now: Timestamp) -> Option<WarmUp> {
        let from = self.all[usize::from(id.0)].warm_from?;
        let day = u32::try_from(now.since(from).as_secs() / DAY.as_secs()).unwrap_or(u32::MAX);
        let messages_max = *self
            .warm_up
            .get(usize::try_from(day).unwrap_or(usize::MAX))?;
        Some(WarmUp {
            day,
            messages_max,
            day_ends: from.plus(DAY * (day + 1)),
        })
    }

    pub(crate) fn contains(&self, id: SourceId) -> bool {
        usize::from(id.0) < self.all.len()
    }

    /// Whether mail of the organisation may leave by it without an order.
    pub fn is_open_to(&self, id: SourceId, organisation: OrganisationId) -> bool {
        let open = |stream: &Stream| self.pool(*stream, organisation).contains(&id);
        Stream::ALL.iter().any(open)
    }

    fn pool(&self, stream: Stream, organisation: OrganisationId) -> &[SourceId] {
        let fits = |pool: &&Pool| {
            pool.stream.is_none_or(|s| s == stream)
                && pool.organisation.is_none_or(|o| o == organisation)
        };
        self.pools
            .iter()
            .find(fits)
            .map_or(&[], |pool| &pool.sources)
    }

    /// By weight among those of the pool that can be used now; among all of it when none can.
    pub(crate) fn choose(
        &self,
        (stream, organisation): (Stream, OrganisationId),
        id: DeliveryId,
        can_be_used: impl Fn(SourceId) -> bool,
    ) -> SourceId {
        let pool = self.pool(stream, organisation);
        let draw = spread(id);
        self.draw(pool, draw, can_be_used)
            .or_else(|| self.draw(pool, draw, |_| true))
            .unwrap_or(SourceId(0))
    }

    /// Another one of the pool, where one can be used.
    pub(crate) fn choose_other(
        &self,
        (stream, organisation): (Stream, OrganisationId),
        id: DeliveryId,
        can_be_used: impl Fn(SourceId) -> bool,
    ) -> Option<SourceId> {
        self.draw(self.pool(stream, organisation), spread(id), can_be_used)
    }

    fn draw(
        &self,
        pool: &[SourceId],
        draw: u64,
        can_be_used: impl Fn(SourceId) -> bool,
    ) -> Option<SourceId> {
        let usable = || pool.iter().copied().filter(|id| can_be_used(*id));
        let weight = |id: SourceId| u64::from(self.all[usize::from(id.0)].weight.max(1));
        let total: u64 = usable().map(weight).sum();
        let mut at = draw % total.max(1);
        usable().find(|id| match at.checked_sub(weight(*id)) {
            Some(rest) => {
                at = rest;
                false
            }
            None => true,
        })
    }
}

/// A number that is as good as chance and always the same for one delivery: its id ends in chance.
pub(crate) fn spread(id: DeliveryId) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = *id.as_bytes();
    // an odd multiplier and the high half, so that ids which count up are spread too
    let mixed = u64::from_be_bytes([a, b, c, d, e, f, g, h]).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed >> 32
}

#[cfg(test)]
mod tests;
