//! `POST /v1/messages/dry_run`: what would happen to a message, with nothing kept and nothing sent.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::Preview;
use model::{
    Demand, Domain, Kind, Method, Mode, PhiLevel, ProbeState, SuppressionReason, TlsProbe,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tokio::task::JoinSet;
use utoipa::ToSchema;

use super::found::{Besides, FoundIn};
use super::letter::{self, LetterBody};
use super::trace::{Trace, trace};
use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, Probe, blocking, schema};

/// Domains looked at for one dry run; the others are `unknown`.
const DOMAINS_PROBED_MAX: usize = 20;

/// What would happen.
#[derive(Serialize, ToSchema)]
pub(crate) struct DryRun {
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    #[schema(schema_with = schema::level)]
    phi_level: PhiLevel,
    /// The subject holds an identifier or a word of health, so it does not travel in the clear.
    subject_phi: bool,
    /// By kind, over the whole message.
    #[schema(schema_with = schema::counts)]
    counts: BTreeMap<&'static str, u32>,
    /// Kinds and places, never values.
    findings: Vec<Finding>,
    /// The same by place.
    found: Vec<FoundIn>,
    /// Special kinds of content.
    labels: Vec<&'static str>,
    /// Files whose text could not be read; they count as PHI.
    unscannable: Vec<Unscannable>,
    /// In the order to, cc, bcc.
    recipients: Vec<DryRunRecipient>,
}

/// One place where something was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct Finding {
    #[schema(example = "us_ssn")]
    kind: &'static str,
    /// Which text, counted from 0: the subject, other header texts, bodies, then files.
    part: usize,
    /// First octet in that text (UTF-8), and how many.
    start: usize,
    length: usize,
    /// 55 pattern, 65 validated, 75 beside a word of health, 85 next to its keyword.
    confidence: u8,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Unscannable {
    /// Which file, counted from 0.
    attachment: usize,
    #[schema(example = "no_text_extractor")]
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DryRunRecipient {
    #[schema(schema_with = schema::kind)]
    kind: Kind,
    #[schema(schema_with = schema::method)]
    method: Method,
    #[schema(schema_with = schema::demand)]
    demand: Demand,
    /// Where the delivery goes when the connection stays below the demand. Absent: it bounces.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::method, required = false)]
    below: Option<Method>,
    /// The subject would be replaced by one that says nothing.
    neutral_subject: bool,
    #[schema(schema_with = schema::suppressed)]
    suppressed: Option<SuppressionReason>,
    besides: Besides,
    /// It would be held: two people agree to a release.
    second_person: bool,
    trace: Trace,
    reach: Reach,
}

/// What the mail servers of the recipient's domain would achieve, as they were found a few minutes ago
/// at most. With a test key nobody is asked.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reach {
    /// `verified`, `unverified`, `plain`, `unreachable`, `no_mail`, `unknown`.
    #[schema(example = "verified")]
    state: &'static str,
    /// What a connection is held to: `dane`, `sts`, `pkix`, `none`; and the id of the MTA-STS policy.
    #[schema(example = "dane")]
    tls_policy: Option<&'static str>,
    tls_policy_id: Option<String>,
    #[schema(example = "TLSv1.3")]
    tls_version: Option<String>,
    /// Why the certificate did not verify: `name_mismatch`, `untrusted`, `expired`,
    /// `no_tlsa_match`, `other`.
    #[schema(example = "expired")]
    unverified_because: Option<String>,
}

pub(super) fn door() -> Door {
    Door::new::<__path_dry_run_message>(post(dry_run_message), Action::MessageSend, letter::CODES)
}

/// Ask what would happen to a message
///
/// Checks and scans the message and decides for each recipient, as sending does. Nothing is stored
/// and nothing is sent.
#[utoipa::path(post, path = "/v1/messages/dry_run", tag = "messages", request_body = LetterBody, responses(
    (status = 200, description = "What would happen.", body = DryRun)
))]
async fn dry_run_message(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let (mode, probe) = (ctx.mode(), state.probe.clone());
    let preview = blocking(move || {
        let (draft, _) = letter::draft(&state, &ctx, &body.bytes)?;
        state.flow.dry_run(&ctx, draft)
    });
    let preview = preview.await?;
    // A test key touches nobody's server.
    let probe = probe.filter(|_| mode == Mode::Live);
    let reached = reach(probe, &preview).await;
    json(StatusCode::OK, &shown(mode, preview, &reached))
}

/// One look for each domain, all at once.
async fn reach(probe: Option<Probe>, preview: &Preview) -> BTreeMap<Domain, TlsProbe> {
    let Some(probe) = probe else {
        return BTreeMap::new();
    };
    let domains: BTreeSet<Domain> = preview
        .recipients
        .iter()
        .map(|r| r.domain.clone())
        .collect();
    let mut looks = JoinSet::new();
    for domain in domains.into_iter().take(DOMAINS_PROBED_MAX) {
        let look = probe(domain.clone());
        looks.spawn(async move { (domain, look.await) });
    }
    looks.join_all().await.into_iter().collect()
}

fn reached(probe: Option<&TlsProbe>) -> Reach {
    let policy = probe.and_then(|probe| probe.policy.as_ref());
    let tls = probe.and_then(|probe| probe.tls.as_ref());
    Reach {
        state: probe
            .map_or(ProbeState::Unknown, |probe| probe.state)
            .word(),
        tls_policy: policy.map(|policy| policy.kind.word()),
        tls_policy_id: policy.and_then(|policy| policy.id.clone()),
        tls_version: tls.map(|tls| tls.version.clone()),
        unverified_because: tls.and_then(|tls| tls.unverified_because.clone()),
    }
}

fn shown(mode: Mode, preview: Preview, looks: &BTreeMap<Domain, TlsProbe>) -> DryRun {
    let found = preview.findings;
    DryRun {
        mode,
        phi_level: preview.level,
        subject_phi: found.subject_phi,
        counts: found
            .counts
            .iter()
            .map(|(kind, count)| (kind.word(), *count))
            .collect(),
        findings: found
            .findings
            .iter()
            .map(|f| Finding {
                kind: f.kind.word(),
                part: f.part,
                start: f.start,
                length: f.len,
                confidence: f.confidence,
            })
            .collect(),
        found: preview.found.into_iter().map(FoundIn::of).collect(),
        labels: found.labels.iter().map(|label| label.word()).collect(),
        unscannable: found
            .unscannable
            .into_iter()
            .map(|(attachment, reason)| Unscannable { attachment, reason })
            .collect(),
        recipients: preview
            .recipients
            .into_iter()
            .map(|r| DryRunRecipient {
                kind: r.kind,
                method: r.decision.method,
                demand: r.decision.demand,
                below: r.decision.below,
                neutral_subject: r.decision.neutral_subject,
                suppressed: r.suppressed,
                second_person: r
                    .decision
                    .quarantine
                    .as_ref()
                    .is_some_and(|q| q.second_person),
                besides: Besides::of(flow::Besides::of_decision(&r.decision)),
                trace: trace!(r.decision.trace),
                reach: reached(looks.get(&r.domain)),
            })
            .collect(),
    }
}
