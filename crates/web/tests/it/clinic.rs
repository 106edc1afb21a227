//! A clinic with its pages, its people, and a postman who reads every letter aloud.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use caduceus_web::{Settings, WebState, router};
use ctx::{Ctx, NewOrganisation, Parts, Role, World};
use flow::{DraftFile, DraftRecipient, Flow, Letter, Receipt};
use model::{Address, Domain, Evidence, Kind, Method, Origin, Outcome, Purpose, Secret, Stream};
use people::{NewUser, People};
use records::Records;
use sim::kit::{Engine, SimClock, SimRng, TestStore, memory_root, store_on};

use crate::browser::Browser;

pub const PASSWORD: &str = "a calm front desk at noon";

pub struct Clinic {
    pub flow: Flow,
    pub people: People,
    pub records: Records,
    pub ctx: Ctx,
    pub clock: Arc<SimClock>,
    _store: TestStore,
}

impl Clinic {
    pub fn open() -> Self {
        let store = store_on(Engine::Memory);
        let clock = Arc::new(SimClock::default());
        let parts = Parts {
            store: store.deref().clone(),
            vault: Arc::new(memory_root(1)),
            clock: clock.clone(),
            rng: Arc::new(SimRng::new(7)),
        };
        let world = World::open(parts).expect("a world");
        let ctx = found(&world, "Northside Clinic", "northside.example");
        let flow = Flow::new(
            world.clone(),
            flow::Settings::new("mail.northside.example", "https://mail.northside.example"),
        );
        Self {
            records: Records::new(flow.clone()),
            flow,
            people: People::quick(world),
            ctx,
            clock,
            _store: store,
        }
    }

    pub fn browser(&self) -> Browser {
        let settings = Settings::new("Northside", true);
        let (flow, people) = (self.flow.clone(), self.people.clone());
        let state = WebState::new(flow, people, self.records.clone(), settings).expect("pages");
        Browser::new(router(state))
    }

    pub fn hire(&self, ctx: &Ctx, email: &str, roles: &[Role]) {
        let user = NewUser {
            organisation: ctx.organisation(),
            name: "Ana Ortiz".to_owned(),
            email: Address::parse(email).expect("an address"),
            password: Secret::new(PASSWORD.to_owned()),
            roles: roles.to_vec(),
        };
        self.people.create_user(ctx, user).expect("a user");
    }

    /// Signs in for the first time: password, a key for the app, its first code.
    pub async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.get("/console/sign-in").await;
        let page = browser
            .post(
                "/console/sign-in",
                &[("email", email), ("password", PASSWORD)],
            )
            .await;
        let secret = page
            .find("data-copy=\"")
            .expect("the key to type")
            .replace(' ', "");
        let code = self.code_of(&secret);
        let page = browser
            .post("/console/sign-in/set-up", &[("code", &code)])
            .await;
        assert!(
            page.status.is_success() && page.says("Ana Ortiz"),
            "signed in: {}",
            page.body
        );
        browser
    }

    /// What an authenticator app shows now.
    pub fn code_of(&self, secret: &str) -> String {
        let app = people::Enrolment {
            secret_base32: Secret::new(secret.to_owned()),
            otpauth_url: Secret::new(String::new()),
        };
        app.code_at(self.flow.world().now()).expect("a code")
    }

    /// A message that policy keeps in the portal.
    pub fn write(
        &self,
        ctx: &Ctx,
        subject: &str,
        text: Option<&str>,
        html: Option<&str>,
        files: Vec<DraftFile>,
    ) -> Receipt {
        self.write_by(Method::Portal, ctx, subject, (text, html), files)
    }

    /// A message whose sender demands a method.
    pub fn write_by(
        &self,
        method: Method,
        ctx: &Ctx,
        subject: &str,
        (text, html): (Option<&str>, Option<&str>),
        files: Vec<DraftFile>,
    ) -> Receipt {
        let letter = Letter {
            html: html.map(str::to_owned),
            files,
            demanded: Some(method),
            ..self.letter(subject, text)
        };
        let draft = self.flow.draft_from_letter(ctx, letter).expect("a draft");
        self.flow.submit(ctx, draft, None).expect("accepted")
    }

    /// A letter that is held, by a word in its subject.
    pub fn write_held(&self, text: (Option<&str>, Option<&str>)) -> Receipt {
        let trigger = flow::triggers::Trigger {
            place: "subject".to_owned(),
            name: String::new(),
            word: "#hold".to_owned(),
            method: Method::Hold,
        };
        let set = self.flow.set_trigger(&self.ctx, trigger);
        set.expect("an administrator's word");
        let letter = Letter {
            html: text.1.map(str::to_owned),
            ..self.letter("s #hold", text.0)
        };
        let draft = self.flow.draft_from_letter(&self.ctx, letter);
        let receipt = self.flow.submit(&self.ctx, draft.expect("a draft"), None);
        receipt.expect("accepted")
    }

    /// A letter to one reader, with nothing asked of its way.
    pub fn letter(&self, subject: &str, text: Option<&str>) -> Letter {
        let recipient = DraftRecipient {
            kind: Kind::To,
            address: Address::parse("pat@mail.example").expect("an address"),
            name: None,
            notify: String::new(),
        };
        Letter {
            origin: Origin::Api,
            from: Address::parse("results@northside.example").expect("an address"),
            from_name: Some("Dr. Amara Okafor".to_owned()),
            reply_to: None,
            recipients: vec![recipient],
            subject: subject.to_owned(),
            text: text.map(str::to_owned),
            html: None,
            files: Vec::new(),
            headers: Vec::new(),
            tags: Vec::new(),
            metadata: BTreeMap::new(),
            stream: Stream::Transactional,
            purpose: Purpose::Treatment,
            priority: 4,
            send_at: None,
            declared_no_phi: false,
            attested: false,
            demanded: None,
            transport: flow::Transport::Usual,
            thread: None,
        }
    }

    /// Does what committed state asks for.
    pub fn work(&self) {
        while self.flow.work().expect("work") > 0 {}
    }

    /// Delivers all that waits; gives what was in each letter.
    pub fn post_round(&self) -> Vec<String> {
        while self.flow.work().expect("work") > 0 {}
        let dispatcher = self.flow.dispatcher();
        dispatcher.beat(true).expect("a beat");
        let mut read = Vec::new();
        loop {
            let jobs = dispatcher.take(50).expect("jobs");
            if jobs.is_empty() {
                break;
            }
            for job in jobs {
                let letter = dispatcher.letter(&job).expect("a letter");
                let bytes = [&letter.head[..], &letter.body[..]].concat();
                read.push(
                    mail::parse(&bytes)
                        .expect("a message")
                        .body_text()
                        .expect("a text"),
                );
                let evidence = Evidence {
                    reply_code: Some(250),
                    ..Evidence::starting(self.clock_now())
                };
                dispatcher
                    .finish(job, Outcome::Accepted, evidence)
                    .expect("settled");
            }
        }
        while self.flow.work().expect("work") > 0 {}
        while self.flow.world().sequence().expect("chained") > 0 {}
        read
    }

    /// The path of the link in the notice that was just sent.
    pub fn link(&self) -> String {
        let notices = self.post_round();
        let text = notices
            .iter()
            .find(|text| text.contains("/p/"))
            .expect("a notice");
        let (_, tail) = text
            .split_once("https://mail.northside.example")
            .expect("a link");
        tail.split_whitespace().next().expect("a path").to_owned()
    }

    /// The code that was just mailed.
    pub fn code(&self) -> String {
        let letters = self.post_round();
        let digits = |text: &String| -> String {
            text.chars().filter(char::is_ascii_digit).take(6).collect()
        };
        letters
            .iter()
            .map(digits)
            .find(|code| code.len() == 6)
            .expect("a code")
    }

    pub fn wait(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(minutes * 60));
    }

    fn clock_now(&self) -> model::Timestamp {
        self.flow.world().now()
    }
}

/// Another clinic on the same installation.
pub fn found(world: &Arc<World>, name: &str, domain: &str) -> Ctx {
    let new = NewOrganisation {
        name: name.to_owned(),
        zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        portal_on: true,
    };
    let organisation = world.create_organisation(new).expect("an organisation");
    let ctx = world.system(organisation);
    People::quick(world.clone())
        .add_domain(&ctx, &Domain::parse(domain).expect("a domain"))
        .expect("a domain");
    ctx
}
