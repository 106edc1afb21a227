//! Every endpoint, one file each. A [`Door`] is route, right, codes and documentation in one value,
//! so that none exists without the others.

mod anchors;
mod archive;
mod arrivals;
mod authorities;
mod cancel;
mod content;
mod correspondents;
mod detectors;
mod directories;
mod disposals;
mod document;
mod domains;
mod dry_run;
mod encryption;
mod end_order;
mod events;
mod exports;
mod feedback;
mod file;
mod found;
mod headers;
mod health;
mod held;
mod holds;
mod keys;
mod letter;
mod list;
mod mailbox;
mod matters;
mod order;
mod orders;
mod own_keys;
mod parsed;
mod proof;
mod queue;
mod registry;
mod reschedule;
mod retention;
mod rules;
mod searches;
mod send;
mod senders;
mod show;
mod stream;
mod suppressions;
mod trace;
mod waiting;
mod webhooks;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any};
use ctx::Action;
use model::Code;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::{ComponentsBuilder, RefOr, Schema};

use crate::ApiState;
use crate::caller::{Gate, admit};
use crate::problem::Problem;

/// An endpoint.
pub(crate) struct Door {
    pub path: String,
    pub method: HttpMethod,
    /// `None`: anyone may ask.
    pub right: Option<Action>,
    /// What it may answer beside what every endpoint may.
    pub codes: &'static [Code],
    pub operation: Operation,
    route: MethodRouter<ApiState>,
}

impl Door {
    fn new<P: utoipa::Path>(
        route: MethodRouter<ApiState>,
        right: impl Into<Option<Action>>,
        codes: &'static [Code],
    ) -> Self {
        let method = P::methods().pop().unwrap_or(HttpMethod::Get);
        Self {
            path: P::path(),
            method,
            right: right.into(),
            codes,
            operation: P::operation(),
            route,
        }
    }

    pub(crate) fn verb(&self) -> &'static str {
        match self.method {
            HttpMethod::Post => "POST",
            HttpMethod::Patch => "PATCH",
            HttpMethod::Put => "PUT",
            HttpMethod::Delete => "DELETE",
            _ => "GET",
        }
    }
}

/// In the order of the reference.
pub(crate) fn doors() -> Vec<Door> {
    let mut doors = vec![
        send::door(),
        dry_run::door(),
        list::door(),
        show::door(),
        events::door(),
        cancel::door(),
        reschedule::door(),
        stream::door(),
        proof::door(),
        anchors::door(),
        feedback::door(),
        held::door(),
        content::door(),
        parsed::door(),
        headers::door(),
        file::door(),
        queue::door(),
        orders::door(),
        order::door(),
        end_order::door(),
        waiting::door(),
        domains::door(),
        suppressions::list::door(),
        suppressions::add::door(),
        suppressions::search::door(),
        suppressions::lift::door(),
        suppressions::import::door(),
        suppressions::export::door(),
    ];
    doors.extend(protection());
    doors.extend(retention::doors());
    doors.extend(disposals::doors());
    doors.extend(archive::doors());
    doors.extend(searches::doors());
    doors.extend(webhooks::doors());
    doors.extend([document::door(), health::door()]);
    doors
}

/// What decides about mail, and what it asks.
fn protection() -> Vec<Door> {
    vec![
        rules::list::door(),
        rules::save::door(),
        rules::show::door(),
        rules::try_it::door(),
        rules::trial::door(),
        rules::stop::door(),
        rules::activate::door(),
        detectors::list::door(),
        detectors::add::door(),
        detectors::show::door(),
        detectors::change::door(),
        detectors::remove::door(),
        detectors::try_it::door(),
        detectors::learn::door(),
        correspondents::list::door(),
        correspondents::set::door(),
        correspondents::search::door(),
        correspondents::remove::door(),
        keys::list::door(),
        keys::add::door(),
        keys::search::door(),
        keys::set::door(),
        keys::remove::door(),
        own_keys::list::door(),
        own_keys::make::door(),
        own_keys::import::door(),
        own_keys::public::door(),
        own_keys::set::door(),
        own_keys::remove::door(),
        encryption::show::door(),
        encryption::set::door(),
        encryption::revocation::show_door(),
        encryption::revocation::set_door(),
        authorities::list::door(),
        authorities::add::door(),
        authorities::remove::door(),
        directories::list::door(),
        directories::add::door(),
        directories::change::door(),
        directories::remove::door(),
        directories::try_it::door(),
        exports::list::door(),
        exports::make::door(),
        exports::take::door(),
        exports::of_message::door(),
        matters::list::door(),
        matters::open::door(),
        matters::close::door(),
        holds::list::door(),
        holds::place::door(),
        holds::show::door(),
        holds::messages::door(),
        holds::custodian::door(),
        holds::ask_release::door(),
        holds::refuse_release::door(),
        holds::of_message::door(),
        arrivals::list::door(),
        arrivals::search::door(),
        senders::door(),
        registry::show::door(),
        registry::import::door(),
        registry::clear::door(),
    ]
}

pub(crate) fn routes(state: &ApiState) -> Router<ApiState> {
    let mut router = Router::new();
    for door in doors() {
        let route = match door.right {
            Some(right) => door.route.route_layer(from_fn_with_state(
                Gate {
                    state: state.clone(),
                    right,
                },
                admit,
            )),
            None => door.route,
        };
        router = router.route(&door.path, route);
    }
    router
        .method_not_allowed_fallback(async || Problem::from(Code::MethodNotAllowed))
        .route("/v1", any(nothing))
        .route("/v1/", any(nothing))
        .route("/v1/{*rest}", any(nothing))
}

async fn nothing() -> Problem {
    Code::NotFound.into()
}

/// For endpoints that take no query: a parameter somebody believed in must not be ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoQuery {}

/// Every type that a body is made of, with the types inside.
pub(crate) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    let mut named = Vec::new();
    with::<letter::LetterBody<'_>>(&mut named);
    with::<send::Accepted>(&mut named);
    with::<dry_run::DryRun>(&mut named);
    with::<list::MessageList>(&mut named);
    with::<show::MessageShown>(&mut named);
    with::<events::EventList>(&mut named);
    with::<cancel::Cancelled>(&mut named);
    with::<reschedule::NewTime>(&mut named);
    with::<reschedule::Rescheduled>(&mut named);
    with::<content::Content>(&mut named);
    with::<queue::Queue>(&mut named);
    with::<orders::OrderList>(&mut named);
    with::<order::OrderBody>(&mut named);
    with::<order::OrderGiven>(&mut named);
    with::<end_order::OrderEnded>(&mut named);
    with::<suppressions::SuppressionList>(&mut named);
    with::<suppressions::add::SuppressionNew>(&mut named);
    with::<suppressions::add::Suppressed>(&mut named);
    with::<suppressions::search::SuppressionSearch>(&mut named);
    with::<suppressions::lift::Lifted>(&mut named);
    with::<suppressions::import::SuppressionImport>(&mut named);
    with::<suppressions::import::ImportDone>(&mut named);
    with::<feedback::Feedback>(&mut named);
    with::<feedback::FeedbackGiven>(&mut named);
    with::<headers::HeadersAsked>(&mut named);
    with::<headers::HeadersJudged>(&mut named);
    with::<held::HeldList>(&mut named);
    schemas_of_protection(&mut named);
    schemas_of_records(&mut named);
    with::<parsed::ParsedMessage>(&mut named);
    webhooks::schemas(&mut named);
    with::<waiting::WaitingList>(&mut named);
    with::<domains::DomainList>(&mut named);
    with::<health::Health>(&mut named);
    components.schemas_from_iter(named)
}

/// Schemas by their names.
type Named = Vec<(String, RefOr<Schema>)>;

/// Of the archive and what binds it.
fn schemas_of_records(named: &mut Named) {
    anchors::name(named);
    archive::name(named);
    searches::name(named);
    with::<exports::list::ExportList>(named);
    with::<exports::ExportShown>(named);
    with::<exports::make::ExportNew>(named);
    with::<exports::make::ExportMade>(named);
    with::<exports::of_message::MessageDisclosures>(named);
    with::<matters::list::MatterList>(named);
    with::<matters::list::MatterShown>(named);
    with::<matters::open::MatterNew>(named);
    with::<matters::open::MatterSet>(named);
    with::<disposals::DisposalShown>(named);
    with::<disposals::DisposalSaid>(named);
    with::<disposals::DisposalRecord>(named);
    with::<disposals::list::DisposalList>(named);
    with::<disposals::show::DisposalWhole>(named);
    with::<disposals::records::DisposalRecordList>(named);
    with::<retention::RetentionReason>(named);
    with::<retention::RetentionNumber>(named);
    with::<retention::RetentionRule>(named);
    with::<retention::RetentionImpact>(named);
    with::<retention::RetentionChange>(named);
    with::<retention::RetentionItem>(named);
    with::<retention::RetentionSetting>(named);
    with::<retention::RetentionVersion>(named);
    with::<retention::profile::RetentionProfileNew>(named);
    with::<retention::profile::RetentionProfile>(named);
    with::<retention::classes::RetentionClassesNew>(named);
    with::<retention::classes::RetentionClasses>(named);
    with::<retention::rules::RetentionRuleList>(named);
    with::<retention::proposals::RetentionProposalList>(named);
    with::<retention::proposals::RetentionProposal>(named);
    with::<retention::propose::RetentionProposalNew>(named);
    with::<retention::propose::RetentionRuleRef>(named);
    with::<retention::anchors::RetentionAnchors>(named);
    with::<retention::anchors::RetentionPatient>(named);
    with::<retention::anchors::RetentionFed>(named);
    with::<retention::anchors::RetentionRefused>(named);
    with::<retention::items::RetentionItemList>(named);
    with::<retention::state::RetentionState>(named);
    with::<retention::record::RetentionRecord>(named);
    with::<retention::record::RetentionCounted>(named);
    with::<retention::record::RetentionSentence>(named);
    with::<retention::correct::RetentionCorrection>(named);
    with::<retention::correct::RetentionCorrected>(named);
    with::<holds::list::HoldList>(named);
    with::<holds::HoldShown>(named);
    with::<holds::HoldCustodian>(named);
    with::<holds::HoldReason>(named);
    with::<holds::HoldSet>(named);
    with::<holds::place::HoldNew>(named);
    with::<holds::custodian::CustodianSet>(named);
    with::<holds::messages::HoldMessages>(named);
    with::<holds::messages::HoldMessage>(named);
    with::<holds::of_message::MessageHolds>(named);
    with::<holds::of_message::MessageHold>(named);
}

fn schemas_of_protection(named: &mut Named) {
    with::<rules::list::RuleList>(named);
    with::<rules::save::RulesNew>(named);
    with::<rules::save::RulesSaved>(named);
    with::<rules::try_it::RulesTry>(named);
    with::<rules::trial::RulesTrial>(named);
    with::<rules::activate::RulesActivate>(named);
    with::<rules::activate::RulesActive>(named);
    with::<detectors::list::DetectorList>(named);
    with::<detectors::add::DetectorNew>(named);
    with::<detectors::DetectorSet>(named);
    with::<detectors::remove::DetectorRemove>(named);
    with::<detectors::try_it::DetectorTry>(named);
    with::<detectors::try_it::DetectorTried>(named);
    with::<detectors::learn::DetectorSamples>(named);
    with::<detectors::learn::DetectorLearned>(named);
    with::<correspondents::CorrespondentList>(named);
    with::<correspondents::set::CorrespondentNew>(named);
    with::<correspondents::set::CorrespondentSet>(named);
    with::<correspondents::search::CorrespondentSearch>(named);
    with::<keys::KeyList>(named);
    with::<keys::add::KeysNew>(named);
    with::<keys::add::KeysTaken>(named);
    with::<keys::search::KeySearch>(named);
    with::<keys::set::KeyChange>(named);
    with::<keys::KeySet>(named);
    with::<own_keys::OwnKeyList>(named);
    with::<own_keys::make::OwnKeyNew>(named);
    with::<own_keys::import::OwnKeyImport>(named);
    with::<own_keys::public::OwnKeyPublic>(named);
    with::<own_keys::set::OwnKeyChange>(named);
    with::<own_keys::OwnKeySet>(named);
    with::<encryption::Encryption>(named);
    with::<encryption::set::EncryptionChange>(named);
    with::<encryption::revocation::Revocation>(named);
    with::<keys::KeyRevocation>(named);
    with::<authorities::AuthorityList>(named);
    with::<authorities::add::AuthoritiesNew>(named);
    with::<authorities::add::AuthoritiesAdded>(named);
    with::<authorities::remove::AuthorityRemoved>(named);
    with::<directories::DirectoryList>(named);
    with::<directories::DirectoryNew>(named);
    with::<directories::DirectorySet>(named);
    with::<directories::try_it::DirectoryTry>(named);
    with::<directories::try_it::DirectoryTried>(named);
    with::<arrivals::ArrivalList>(named);
    with::<arrivals::search::ArrivalSearch>(named);
    with::<senders::SenderList>(named);
    with::<registry::show::RegistryShown>(named);
    with::<registry::import::RegistryImport>(named);
    with::<registry::import::RegistryImported>(named);
}

fn with<T: ToSchema>(named: &mut Named) {
    T::schemas(named);
    named.push((T::name().into_owned(), T::schema()));
}
