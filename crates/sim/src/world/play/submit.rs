//! Senders: letters by the API, messages by SMTP, repeats under one idempotency key, nonsense.

use std::collections::BTreeMap;
use std::time::Duration;

use flow::draft::Arrival;
use flow::{Draft, DraftFile, DraftRecipient, Letter, Receipt};
use mail::smtp::{Notify, RcptParams};
use model::seams::Clock;
use model::{Address, Code, Kind, Method, Mode, Origin, Purpose, Result, Stream, limits};

use super::Driver;
use crate::world::books::{Person, Sent, Standing, all_plain};
use crate::world::canary;
use crate::world::oracle::{Broken, Verdict, ensure};
use crate::world::planted::Planted;

const PHI: &[&str] = &[
    "Your blood test is back: the diagnosis is type 2 diabetes, MRN 4839201.",
    "Please take metformin twice a day. Patient born 03/14/1975, SSN 219-09-9999.",
    "Su cita con el oncologo es el lunes. Historia clinica 5529917.",
];
const NEUTRAL: &[&str] = &[
    "The meeting room is upstairs.",
    "Lunch is at noon.",
    "The parking lot is closed today.",
];
/// What a recipient of a test message acts out.
const TEST_LOCALS: &[&str] = &["pat", "bounced", "deferred", "notls", "ambiguous"];

/// What is drawn for one submission.
struct Wish {
    clinic: usize,
    mode: Mode,
    origin: Origin,
    stream: Stream,
    canary: String,
    people: Vec<Person>,
    key: Option<(String, [u8; 32])>,
}

/// What senders ask for, most often nothing.
const DEMANDED: &[Option<Method>] = &[
    None,
    None,
    None,
    None,
    Some(Method::Tls),
    Some(Method::TlsOrDrop),
    Some(Method::Portal),
    Some(Method::Pgp),
];

impl Driver {
    pub(super) fn letter(&mut self) -> Verdict {
        let key = self.chance.happens(1, 3).then(|| self.new_key());
        let wish = self.wish(Origin::Api, key);
        self.submit(wish).map(drop)
    }

    pub(super) fn arrival(&mut self) -> Verdict {
        let wish = self.wish(Origin::Smtp, None);
        self.submit(wish).map(drop)
    }

    /// An earlier key once more, with the same body or another.
    pub(super) fn repeat(&mut self) -> Verdict {
        let keyed: Vec<usize> = (0..self.books.sent.len())
            .filter(|i| self.books.sent[*i].key.is_some())
            .collect();
        if keyed.is_empty() {
            return self.letter();
        }
        let earlier = &self.books.sent[*self.chance.pick(&keyed)];
        let Some((key, mut hash)) = earlier.key.clone() else {
            return Ok(());
        };
        let (clinic, mode) = (earlier.clinic, earlier.mode);
        if self.chance.happens(1, 3) {
            hash[0] ^= 1;
        }
        let mut wish = self.wish(Origin::Api, Some((key.clone(), hash)));
        (wish.clinic, wish.mode) = (clinic, mode);
        let now = self.house.clock.now();
        let standing = self.books.sent.iter().rfind(|sent| {
            sent.clinic == clinic
                && sent.mode == mode
                && sent.key.as_ref().is_some_and(|(known, _)| *known == key)
                && matches!(sent.standing, Standing::Acknowledged | Standing::Found)
                && sent.at.plus(limits::IDEMPOTENCY_KEEP) >= now
        });
        let first = standing.map(|sent| (sent.message, sent.key.clone()));
        match (self.submit(wish)?, first) {
            (Ok(receipt), Some((message, known))) => {
                ensure!(
                    known == Some((key, hash)),
                    "a key was taken with another body"
                );
                ensure!(
                    receipt.repeated && receipt.message == message,
                    "a repeat made a new message"
                );
            }
            (Ok(receipt), None) => ensure!(
                !receipt.repeated,
                "a key that nobody used was answered before"
            ),
            (Err(Code::IdempotencyMismatch), Some((_, known))) => {
                ensure!(known != Some((key, hash)), "the same body was refused");
            }
            (Err(code), None) => ensure!(
                code != Code::IdempotencyMismatch,
                "a key that nobody used does not match"
            ),
            (Err(_), Some(_)) => {}
        }
        Ok(())
    }

    /// What must be refused and leave nothing behind.
    pub(super) fn nonsense(&mut self) -> Verdict {
        let mut wish = self.wish(Origin::Api, None);
        let spoil = self.below(4);
        if spoil == 0 {
            wish.people.clear();
        }
        let ctx = self.sign_in(wish.clinic, wish.mode);
        self.judge("sign in", &ctx)?;
        let Ok(ctx) = ctx else { return Ok(()) };
        let mut letter = self.compose(&wish)?;
        match spoil {
            1 => letter.from = address("someone@elsewhere.example")?,
            2 => letter.subject = "a\r\nBcc: b@c.example".to_owned(),
            3 => letter.priority = 10,
            _ => {}
        }
        let draft = self.node()?.flow.draft_from_letter(&ctx, letter);
        self.judge("a letter that must be refused", &draft)?;
        ensure!(
            draft.is_err(),
            "a letter that breaks rule {spoil} was taken"
        );
        Ok(())
    }

    fn new_key(&mut self) -> (String, [u8; 32]) {
        let mut hash = [0; 32];
        model::seams::Rng::fill(&self.chance, &mut hash);
        (format!("key-{}", self.books.sent.len()), hash)
    }

    fn wish(&mut self, origin: Origin, key: Option<(String, [u8; 32])>) -> Wish {
        let mode = if self.chance.happens(1, 6) {
            Mode::Test
        } else {
            Mode::Live
        };
        let people = (0..*self.chance.pick(&[1, 1, 1, 2, 2, 4]))
            .map(|_| self.person(origin, mode))
            .collect();
        let clinic = self.below(self.house.clinics.len());
        let stream = match origin {
            Origin::Api if self.chance.happens(1, 4) => Stream::Marketing,
            _ => Stream::Transactional,
        };
        Wish {
            clinic,
            mode,
            origin,
            stream,
            canary: canary::new(&self.chance),
            people,
            key,
        }
    }

    fn person(&mut self, origin: Origin, mode: Mode) -> Person {
        let domain = self.chance.pick(&self.domains).clone();
        let local = if mode == Mode::Test {
            *self.chance.pick(TEST_LOCALS)
        } else {
            "pat"
        };
        let notify = match origin {
            Origin::Smtp => *self.chance.pick(&[
                "",
                "",
                "NEVER",
                "FAILURE",
                "SUCCESS,FAILURE",
                "SUCCESS",
                "DELAY",
            ]),
            _ => "",
        };
        Person {
            address: self.books.new_mailbox(local, &domain),
            id: None,
            notify,
            cancelled: false,
        }
    }

    fn sign_in(&self, clinic: usize, mode: Mode) -> Result<ctx::Ctx> {
        let node = self.house.nodes[self.acting]
            .as_ref()
            .ok_or(Code::Internal)?;
        self.house.clinics[clinic].app(node, mode)
    }

    /// Hands it in and writes down what it was told.
    fn submit(&mut self, wish: Wish) -> Verdict<Result<Receipt, Code>> {
        let ctx = self.sign_in(wish.clinic, wish.mode);
        self.judge("sign in", &ctx)?;
        let ctx = match ctx {
            Ok(ctx) => ctx,
            Err(error) => return Ok(Err(error.code())),
        };
        let draft = match wish.origin {
            Origin::Smtp => {
                let arrival = self.arrive(&wish)?;
                self.node()?.flow.draft_from_arrival(&ctx, arrival)
            }
            _ => {
                let letter = self.compose(&wish)?;
                self.node()?.flow.draft_from_letter(&ctx, letter)
            }
        };
        self.judge("draft", &draft)?;
        let draft = match draft {
            Ok(draft) => draft,
            Err(error) => return Ok(Err(error.code())),
        };
        self.hand_in(&ctx, wish, draft)
    }

    fn hand_in(
        &mut self,
        ctx: &ctx::Ctx,
        wish: Wish,
        draft: Draft,
    ) -> Verdict<Result<Receipt, Code>> {
        let message = draft.id();
        let draft = match &wish.key {
            Some((_, hash)) => draft.bind(*hash),
            None => draft,
        };
        let key = wish.key.as_ref().map(|(key, _)| key.clone());
        let count = wish.people.len();
        let what = format!(
            "submit {message} ({} {} to {count}, key {key:?})",
            wish.origin, wish.mode
        );
        // Written down first: the program may die before it answers.
        let at = self.books.enter(Sent {
            clinic: wish.clinic,
            message,
            mode: wish.mode,
            origin: wish.origin,
            stream: wish.stream,
            at: self.house.clock.now(),
            standing: Standing::Unknown,
            canary: wish.canary,
            people: wish.people,
            key: wish.key,
            plain: false,
        });
        if self.plant.happens(Planted::AnswersBeforeCommit, 30) {
            self.books.sent[at].standing = Standing::Acknowledged;
            return Ok(Err(Code::Internal));
        }
        let key = key.filter(|_| !self.plant.happens(Planted::ForgetsKeys, 60));
        let result = self.node()?.flow.submit(ctx, draft, key.as_deref());
        let fired = self.judge(&what, &result)?;
        let sent = &mut self.books.sent[at];
        sent.standing = match &result {
            Ok(receipt) if receipt.repeated => Standing::Absent,
            Ok(receipt) => {
                ensure!(
                    receipt.message == message,
                    "the receipt is for another message"
                );
                ensure!(
                    receipt.recipients.len() == count,
                    "the receipt names other recipients"
                );
                for (person, told) in sent.people.iter_mut().zip(&receipt.recipients) {
                    person.id = Some(told.id);
                }
                sent.plain = all_plain(receipt.recipients.iter().map(|r| r.method));
                Standing::Acknowledged
            }
            Err(_) if fired.unreported > 0 => Standing::Unknown,
            Err(_) => Standing::Absent,
        };
        Ok(result.map_err(|error| error.code()))
    }

    fn compose(&mut self, wish: &Wish) -> Verdict<Letter> {
        let domain = &self.house.clinics[wish.clinic].domain;
        let declared = self.chance.happens(1, 5);
        let text = if declared {
            self.chance.pick(NEUTRAL)
        } else {
            self.chance.pick(PHI)
        };
        let demanded = *self.chance.pick(DEMANDED);
        let file = DraftFile {
            name: format!("{}.txt", wish.canary),
            content_type: "text/plain".to_owned(),
            // At the beginning, where base64 keeps it recognisable.
            bytes: format!("{} results", wish.canary).into_bytes(),
        };
        let send_at = self.chance.happens(1, 10).then(|| {
            self.house.clock.now().plus(Duration::from_secs(
                *self.chance.pick(&[30, 600, 7_200, 100_000]),
            ))
        });
        let kinds = [Kind::To, Kind::Cc, Kind::Bcc];
        let mut recipients = Vec::new();
        for person in &wish.people {
            let name = Some(format!("Pat {}", wish.canary));
            recipients.push(DraftRecipient {
                kind: *self.chance.pick(&kinds),
                address: address(&person.address)?,
                name,
                notify: person.notify.to_owned(),
            });
        }
        Ok(Letter {
            origin: Origin::Api,
            from: address(&format!("nurse@{domain}"))?,
            from_name: Some(format!("Nurse {}", wish.canary)),
            reply_to: None,
            recipients,
            subject: format!("About {}", wish.canary),
            text: Some(format!(
                "{} {text}\r\n.a line that begins with a dot\r\n",
                wish.canary
            )),
            html: self
                .chance
                .happens(1, 4)
                .then(|| format!("<p>{} {text}</p>", wish.canary)),
            files: if self.chance.happens(1, 4) {
                vec![file]
            } else {
                Vec::new()
            },
            headers: vec![("X-Case".to_owned(), wish.canary.clone())],
            tags: vec![wish.canary.clone()],
            metadata: BTreeMap::from([("case".to_owned(), wish.canary.clone())]),
            stream: self.swapped(wish.stream),
            purpose: Purpose::Treatment,
            priority: u8::try_from(self.chance.below(10)).unwrap_or(4),
            send_at,
            declared_no_phi: declared,
            attested: false,
            demanded,
            transport: flow::Transport::Usual,
            thread: None,
        })
    }

    /// Where that fault is planted: the other stream.
    fn swapped(&self, stream: Stream) -> Stream {
        let swaps = [Planted::SwapsStreams, Planted::PrefersMarketing];
        match stream {
            _ if !swaps.iter().any(|fault| self.plant.happens(*fault, 100)) => stream,
            Stream::Marketing => Stream::Transactional,
            Stream::Transactional => Stream::Marketing,
        }
    }

    fn arrive(&mut self, wish: &Wish) -> Verdict<Arrival> {
        let domain = &self.house.clinics[wish.clinic].domain;
        let text = self.chance.pick(PHI);
        let method = *self.chance.pick(&[
            "",
            "",
            "",
            "Caduceus-Method: tls_or_drop\r\n",
            "Caduceus-Method: portal\r\n",
        ]);
        let to: Vec<&str> = wish
            .people
            .iter()
            .map(|person| person.address.as_str())
            .collect();
        let to = to.join(",\r\n ");
        let canary = &wish.canary;
        let content = format!(
            "From: Nurse {canary} <nurse@{domain}>\r\nTo: {to}\r\nSubject: About {canary}\r\n{method}\r\n{canary} {text}\r\n.\r\n"
        );
        let mut recipients = Vec::new();
        for person in &wish.people {
            let params = RcptParams {
                notify: Notify::read(person.notify),
                orcpt: None,
            };
            recipients.push((address(&person.address)?, params));
        }
        Ok(Arrival {
            from: Some(address(&format!("nurse@{domain}"))?),
            recipients,
            content: content.into_bytes(),
            helo: "records.example".to_owned(),
            with: "ESMTPSA",
            require_tls: false,
            envid: None,
        })
    }
}

fn address(text: &str) -> Verdict<Address> {
    Address::parse(text).map_err(|error| Broken(format!("{text} is no address: {error}")))
}
