//! Every page with every sample, in a frame with fixed words and a fixed time: for tests and pictures.

use model::{Result, Timestamp};

use super::{Page, Sample, Voice, console, portal};
use crate::face::format::Zone;
use crate::face::{Face, Frame, Lang, Visitor};

/// One rendered sample.
#[derive(Clone, Debug)]
pub struct Picture {
    /// `portal/landing`
    pub page: String,
    pub sample: &'static str,
    pub lang: Lang,
    pub html: String,
}

/// Tue 3 March 2026, 14:15 in New York.
pub const NOW: Timestamp = Timestamp::from_secs(1_772_565_300);

fn records(face: &Face, all: &mut Vec<Picture>) -> Result<()> {
    draw::<console::archive::Archive>(face, all)?;
    draw::<console::archive_message::ArchiveMessage>(face, all)?;
    draw::<console::archive_searches::ArchiveSearches>(face, all)?;
    draw::<console::archive_saved::ArchiveSaved>(face, all)?;
    draw::<console::archive_gap::ArchiveGap>(face, all)?;
    draw::<console::anchors::Anchors>(face, all)?;
    draw::<console::archive_unread::ArchiveUnread>(face, all)?;
    draw::<console::exports::Exports>(face, all)?;
    draw::<console::retention::Retention>(face, all)?;
    draw::<console::retention_profile::RetentionProfile>(face, all)?;
    draw::<console::disposals::Disposals>(face, all)?;
    draw::<console::disposal::Disposal>(face, all)?;
    draw::<console::holds::Holds>(face, all)?;
    draw::<console::hold::Hold>(face, all)?;
    Ok(())
}

/// All samples of all pages, rendered strictly.
pub fn pictures(face: &Face) -> Result<Vec<Picture>> {
    let mut all = Vec::new();
    portal(face, &mut all)?;
    draw::<console::sign_in::SignIn>(face, &mut all)?;
    draw::<console::second_factor::SecondFactor>(face, &mut all)?;
    draw::<console::enrol::Enrol>(face, &mut all)?;
    draw::<console::overview::Overview>(face, &mut all)?;
    draw::<console::messages::Messages>(face, &mut all)?;
    draw::<console::message::MessagePage>(face, &mut all)?;
    draw::<console::headers::Headers>(face, &mut all)?;
    draw::<console::cancel::Cancel>(face, &mut all)?;
    draw::<console::suppressions::Suppressions>(face, &mut all)?;
    draw::<console::suppression_lift::Lift>(face, &mut all)?;
    draw::<console::suppression_add::Add>(face, &mut all)?;
    draw::<console::suppression_add::AddAsk>(face, &mut all)?;
    draw::<console::suppression_import::Import>(face, &mut all)?;
    draw::<console::suppression_import::Stop>(face, &mut all)?;
    draw::<console::correspondents::Correspondents>(face, &mut all)?;
    draw::<console::correspondent::Correspondent>(face, &mut all)?;
    draw::<console::correspondent::CorrespondentRemove>(face, &mut all)?;
    keys(face, &mut all)?;
    draw::<console::registry::Registry>(face, &mut all)?;
    draw::<console::registry::RegistryClear>(face, &mut all)?;
    draw::<console::rules::Rules>(face, &mut all)?;
    draw::<console::rule_edit::RuleEdit>(face, &mut all)?;
    draw::<console::rule_version::RuleVersion>(face, &mut all)?;
    draw::<console::rule_ask::RuleAsk>(face, &mut all)?;
    draw::<console::detectors::Detectors>(face, &mut all)?;
    draw::<console::detector::Detector>(face, &mut all)?;
    draw::<console::detector::DetectorRemove>(face, &mut all)?;
    draw::<console::detector_learn::DetectorLearn>(face, &mut all)?;
    draw::<console::audit::Audit>(face, &mut all)?;
    draw::<console::held::Held>(face, &mut all)?;
    draw::<console::held_decide::Decide>(face, &mut all)?;
    records(face, &mut all)?;
    draw::<console::inbound::Inbound>(face, &mut all)?;
    draw::<console::inbound_decide::InboundDecide>(face, &mut all)?;
    draw::<console::inbound_decide::InboundDelete>(face, &mut all)?;
    draw::<console::risk::Risk>(face, &mut all)?;
    draw::<console::risk::RiskDecide>(face, &mut all)?;
    draw::<console::risk_limits::RiskLimits>(face, &mut all)?;
    draw::<console::recovery::Recovery>(face, &mut all)?;
    draw::<console::trace::Trace>(face, &mut all)?;
    draw::<console::triggers::Triggers>(face, &mut all)?;
    draw::<console::triggers::Remove>(face, &mut all)?;
    draw::<console::mail::MailSettings>(face, &mut all)?;
    draw::<console::mail::MailAsk>(face, &mut all)?;
    draw::<console::webhooks::Webhooks>(face, &mut all)?;
    draw::<console::webhook::Webhook>(face, &mut all)?;
    draw::<console::webhook_ask::WebhookAsk>(face, &mut all)?;
    draw::<console::webhook_secret::WebhookSecret>(face, &mut all)?;
    draw::<console::queue::Queue>(face, &mut all)?;
    draw::<console::orders::Orders>(face, &mut all)?;
    draw::<console::orders::End>(face, &mut all)?;
    draw::<console::order::OrderForm>(face, &mut all)?;
    draw::<console::order::OrderAsk>(face, &mut all)?;
    draw::<console::domains::Domains>(face, &mut all)?;
    draw::<console::domain::DomainPage>(face, &mut all)?;
    draw::<console::domain_rotate::Rotate>(face, &mut all)?;
    draw::<console::missing::Missing>(face, &mut all)?;
    draw::<console::trouble::Trouble>(face, &mut all)?;
    Ok(all)
}

fn portal(face: &Face, all: &mut Vec<Picture>) -> Result<()> {
    draw::<portal::landing::Landing>(face, all)?;
    draw::<portal::enter_code::EnterCode>(face, all)?;
    draw::<portal::thread::Thread>(face, all)?;
    draw::<portal::replied::Replied>(face, all)?;
    draw::<portal::gone::Gone>(face, all)?;
    draw::<portal::trouble::Trouble>(face, all)?;
    draw::<portal::unsubscribe::Unsubscribe>(face, all)
}

fn keys(face: &Face, all: &mut Vec<Picture>) -> Result<()> {
    draw::<console::keys::Keys>(face, all)?;
    draw::<console::key::Key>(face, all)?;
    draw::<console::key::KeyAsk>(face, all)?;
    draw::<console::key_add::KeyAdd>(face, all)?;
    draw::<console::key_lookup::KeyLookup>(face, all)?;
    draw::<console::authorities::Authorities>(face, all)?;
    draw::<console::authorities::AuthorityRemove>(face, all)?;
    draw::<console::directories::Directories>(face, all)?;
    draw::<console::directories::DirectoryRemove>(face, all)?;
    draw::<console::own_keys::OwnKeys>(face, all)?;
    draw::<console::own_keys::OwnKeyAsk>(face, all)
}

fn draw<P: Page>(face: &Face, all: &mut Vec<Picture>) -> Result<()> {
    for sample in P::samples() {
        let name = P::TEMPLATE
            .trim_start_matches("pages/")
            .trim_end_matches(".html");
        let frame = frame(&sample, P::VOICE);
        let html = face.render(
            &Frame {
                place: P::PLACE,
                ..frame
            },
            &sample.page,
        )?;
        all.push(Picture {
            page: name.to_owned(),
            sample: sample.name,
            lang: sample.lang,
            html,
        });
    }
    Ok(())
}

fn frame<P: Page>(sample: &Sample<P>, voice: Voice) -> Frame {
    let long = sample.name.starts_with("long");
    Frame {
        lang: sample.lang,
        zone: Zone::find("America/New_York").unwrap_or(Zone::UTC),
        now: NOW,
        organisation: match long {
            true => {
                "The Northside Community Health Partnership for Family Medicine and Counselling"
                    .to_owned()
            }
            false => "Northside Clinic".to_owned(),
        },
        other_lang_href: "?lang=es".to_owned(),
        visitor: match voice {
            Voice::Nobody => Visitor::Nobody,
            Voice::Reader => Visitor::Reader,
            Voice::Staff if long => Visitor::Staff {
                name: "Maximiliana Featherstonehaugh-Worthington de la Cruz".to_owned(),
                audit: true,
                webhooks: true,
                operation: true,
                addresses: true,
                registry: true,
                keys: true,
                rules: true,
                inbound: true,
                archive: true,
                risk: true,
            },
            Voice::Staff => Visitor::Staff {
                name: "Ana Ortiz".to_owned(),
                audit: true,
                webhooks: true,
                operation: true,
                addresses: true,
                registry: true,
                keys: true,
                rules: true,
                inbound: true,
                archive: true,
                risk: true,
            },
        },
        place: P::PLACE,
        csrf: "sample".to_owned(),
        idle_seconds: if voice == Voice::Nobody { 0 } else { 900 },
        request: "req_01KJVB0W7HQ3ZJ8X9T4M2C6D5E".to_owned(),
    }
}
