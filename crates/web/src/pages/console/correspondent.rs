//! One correspondent: a form for what is on record, and the question before it is destroyed.

use axum::http::StatusCode;
use axum::response::Response;
use flow::correspondents::{CorrespondentView, NewCorrespondent, Warned};
use model::{
    Address, Code, CorrespondentId, Method, RecipientClass, Restriction, Result, Timestamp,
};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

/// What an owner can want.
const METHODS: &[Method] = &[
    Method::Plain,
    Method::Tls,
    Method::Portal,
    Method::Pgp,
    Method::Smime,
];

#[derive(Clone, Debug, Serialize)]
pub struct Correspondent {
    /// Empty for a new one.
    pub id: String,
    pub address: String,
    pub name: String,
    pub note: String,
    pub class: RecipientClass,
    pub prefers: Option<Method>,
    pub warned: bool,
    /// When it was recorded, and by whom.
    pub warned_at: Option<Timestamp>,
    pub warned_by: String,
    pub restriction: Option<Restriction>,
    /// A day, as the field has it.
    pub part2_until: String,
    /// What that consent covers.
    pub part2_scope: String,
    pub all_classes: &'static [RecipientClass],
    pub all_methods: &'static [Method],
    pub all_restrictions: &'static [Restriction],
    pub faults: Vec<Fault>,
}

/// Asks before a record is destroyed.
#[derive(Clone, Debug, Serialize)]
pub struct CorrespondentRemove {
    pub id: String,
    pub address: String,
}

/// GET `/console/correspondents/{id}`; `new` for a form that is empty.
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let page = match asked.segment(2) {
        "new" => Correspondent::empty(),
        _ => Correspondent::of(load(&asked, &desk).await?),
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/correspondents/{id}`: records it, or destroys it after asking.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    if asked.field("act") == "remove" {
        return remove(&asked, &desk).await;
    }
    let mut page = Correspondent::posted(&asked);
    let fault = match page.read() {
        Ok(new) => {
            let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
            match run(move || flow.set_correspondent(&ctx, &new)).await {
                Ok(_) => return Ok(redirect("/console/correspondents?done=set")),
                Err(error) => match (error.code(), error.pointer()) {
                    (Code::FieldInvalid, Some("/warned")) => {
                        Fault::new("warned", "warning_missing")
                    }
                    (Code::FieldInvalid, Some("/name")) => Fault::new("name", "too_long"),
                    (Code::FieldInvalid, Some("/note")) => Fault::new("note", "too_long"),
                    (Code::FieldInvalid, Some("/part2_scope")) => {
                        Fault::new("part2_scope", "too_long")
                    }
                    (Code::FieldMissing, Some("/part2_scope")) => {
                        Fault::new("part2_scope", "consent_scope_missing")
                    }
                    (Code::DateInvalid, _) => Fault::new("part2_until", "date_over"),
                    _ => return Err(error),
                },
            }
        }
        Err(fault) => fault,
    };
    page.faults.push(fault);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn remove(asked: &Asked, desk: &Desk) -> Result<Response> {
    let view = load(asked, desk).await?;
    if asked.field("sure") != "yes" {
        let page = CorrespondentRemove {
            id: view.id.to_string(),
            address: view.address.as_str().to_owned(),
        };
        return desk_page(asked, desk, StatusCode::OK, &page);
    }
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.remove_correspondent(&ctx, view.id)).await?;
    Ok(redirect("/console/correspondents?done=removed"))
}

async fn load(asked: &Asked, desk: &Desk) -> Result<CorrespondentView> {
    let id: CorrespondentId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.correspondent(&ctx, id)).await
}

impl Correspondent {
    fn empty() -> Self {
        Self {
            id: String::new(),
            address: String::new(),
            name: String::new(),
            note: String::new(),
            class: RecipientClass::Patient,
            prefers: None,
            warned: false,
            warned_at: None,
            warned_by: String::new(),
            restriction: None,
            part2_until: String::new(),
            part2_scope: String::new(),
            all_classes: RecipientClass::ALL,
            all_methods: METHODS,
            all_restrictions: Restriction::ALL,
            faults: Vec::new(),
        }
    }

    fn of(view: CorrespondentView) -> Self {
        let standing = view.standing;
        let (warned_at, warned_by) = standing.warned.unzip();
        let day = |at: Timestamp| at.to_string().chars().take(10).collect();
        Self {
            id: view.id.to_string(),
            address: view.address.as_str().to_owned(),
            name: view.name,
            note: view.note,
            class: standing.class,
            prefers: standing.prefers,
            warned: warned_at.is_some(),
            warned_at,
            warned_by: warned_by.unwrap_or_default(),
            restriction: standing.restriction,
            part2_until: standing.part2_until.map(day).unwrap_or_default(),
            part2_scope: view.part2_scope,
            ..Self::empty()
        }
    }

    fn posted(asked: &Asked) -> Self {
        let short = |name, chars| asked.field(name).chars().take(chars).collect::<String>();
        let id = asked.segment(2);
        Self {
            id: if id == "new" {
                String::new()
            } else {
                id.to_owned()
            },
            address: short("address", 320).trim().to_owned(),
            name: short("name", 400),
            note: short("note", 2_000),
            class: RecipientClass::from_word(asked.field("class"))
                .unwrap_or(RecipientClass::Unknown),
            prefers: Method::from_word(asked.field("prefers")),
            warned: asked.field("warned") == "yes",
            restriction: Restriction::from_word(asked.field("restriction")),
            part2_until: short("part2_until", 10),
            part2_scope: short("part2_scope", 4_000),
            ..Self::empty()
        }
    }

    fn read(&self) -> std::result::Result<NewCorrespondent, Fault> {
        let address = Address::parse(&self.address);
        let day = |text: &str| Timestamp::parse_rfc3339(&format!("{text}T23:59:59Z"));
        let part2_until = match self.part2_until.as_str() {
            "" => None,
            text => Some(day(text).ok_or(Fault::new("part2_until", "day_invalid"))?),
        };
        Ok(NewCorrespondent {
            address: address.map_err(|_| Fault::new("address", "address_invalid"))?,
            name: self.name.clone(),
            note: self.note.clone(),
            class: self.class,
            prefers: self.prefers,
            warned: if self.warned { Warned::Yes } else { Warned::No },
            restriction: self.restriction,
            part2_until,
            part2_scope: self.part2_scope.clone(),
        })
    }
}

impl Page for Correspondent {
    const TEMPLATE: &'static str = "pages/console/correspondent.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Correspondents;

    fn samples() -> Vec<Sample<Self>> {
        let lee = Self {
            id: "cor_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
            address: "lee@mail.example".to_owned(),
            name: "Lee Park".to_owned(),
            note: "Asked at the front desk.".to_owned(),
            prefers: Some(Method::Plain),
            warned: true,
            warned_at: Some(crate::pages::samples::NOW),
            warned_by: "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D07".to_owned(),
            part2_until: "2027-03-01".to_owned(),
            part2_scope: "Treatment records of 2026, for care by Eastside Clinic.".to_owned(),
            ..Self::empty()
        };
        let scope = Self {
            part2_scope: String::new(),
            faults: vec![Fault::new("part2_scope", "consent_scope_missing")],
            ..lee.clone()
        };
        let wrong = Self {
            warned: false,
            faults: vec![Fault::new("warned", "warning_missing")],
            ..lee.clone()
        };
        let address = Self {
            address: "lee at mail".to_owned(),
            faults: vec![Fault::new("address", "address_invalid")],
            ..Self::empty()
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("one", lee.clone()),
            Sample::new("error", wrong),
            Sample::new("error_address", address),
            Sample::new("error_scope", scope),
            Sample::spanish(lee),
        ]
    }
}

impl Page for CorrespondentRemove {
    const TEMPLATE: &'static str = "pages/console/correspondent_remove.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Correspondents;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self {
            id: "cor_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
            address: "lee@mail.example".to_owned(),
        };
        vec![Sample::new("one", page.clone()), Sample::spanish(page)]
    }
}
