//! `/v1/archive/searches`: searches that people and software keep. One file each.

pub(super) mod change;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod save;
pub(super) mod show;

use ::records::saved::{Saved, SavedView};
use model::{SavedSearchId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

/// All of them, in the order of the reference.
pub(super) fn doors() -> Vec<super::Door> {
    vec![
        list::door(),
        save::door(),
        show::door(),
        change::door(),
        remove::door(),
    ]
}

/// What they say, for the reference.
pub(super) fn name(named: &mut super::Named) {
    super::with::<SearchKept>(named);
    super::with::<SearchSet>(named);
    super::with::<SearchShown>(named);
    super::with::<list::SearchList>(named);
}

/// A search to keep; its name and words are kept sealed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchKept {
    #[schema(max_length = 100, example = "Pump recall")]
    name: String,
    /// As of `POST /v1/archive/search`.
    #[schema(max_length = 2000, example = "\"insulin pump\" in:received")]
    query: String,
    /// First day, in the organisation's zone.
    #[serde(default)]
    #[schema(example = "2026-03-03")]
    from: Option<String>,
    /// Last day.
    #[serde(default)]
    to: Option<String>,
    /// Whether everybody who may search sees it.
    #[serde(default)]
    shared: bool,
}

/// Which one it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchSet {
    #[schema(schema_with = schema::saved_search_id)]
    id: SavedSearchId,
}

/// A search that is kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchShown {
    #[schema(schema_with = schema::saved_search_id)]
    id: SavedSearchId,
    name: String,
    query: String,
    from: Option<String>,
    to: Option<String>,
    shared: bool,
    /// Who made it, and alone changes it.
    owner: String,
    /// Whether that is who asks.
    own: bool,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::moment)]
    changed_at: Timestamp,
}

impl SearchKept {
    fn read(self) -> Saved {
        Saved {
            name: self.name,
            query: self.query,
            from: self.from.unwrap_or_default(),
            to: self.to.unwrap_or_default(),
            shared: self.shared,
        }
    }
}

impl SearchShown {
    fn of(view: SavedView) -> Self {
        let day = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: view.id,
            name: view.saved.name,
            query: view.saved.query,
            from: day(view.saved.from),
            to: day(view.saved.to),
            shared: view.saved.shared,
            owner: view.owner,
            own: view.own,
            created_at: view.created_at,
            changed_at: view.changed_at,
        }
    }
}
