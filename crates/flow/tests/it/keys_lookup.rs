//! Keys that recipients' own domains give out: asked for where the organisation wants it, used below those that
//! somebody brought, and never a reason for mail not to go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ctx::Role;
use flow::Letter;
use flow::keys::{Answers, Asked, Directories, Question, Reply, Search, Tried};
use model::{Code, KeySource, KeyStanding, Method, Mode, Outcome, Timestamp, limits};
use seal::pgp::{MimeOpened, SecretKey, Version, mime_open, wkd};
use sim::kit::SimRng;

use crate::clinic::Clinic;
use crate::letters::{address, letter, octets};
use crate::{code, on_disk};

const LEE: &str = "lee@peer.example";

fn keyed(clinic: &Clinic, of: &str, seed: u64) -> SecretKey {
    let (rng, now) = (
        SimRng::new(seed),
        Timestamp::from_secs(clinic.world.now().secs()),
    );
    SecretKey::generate(&format!("Somebody <{of}>"), None, now, &rng, Version::V4).expect("a key")
}

/// What other domains answer, and what they were asked.
#[derive(Default)]
struct Elsewhere {
    keys: Mutex<BTreeMap<String, Vec<u8>>>,
    broken: Mutex<bool>,
    asked: Mutex<Vec<String>>,
}

impl Elsewhere {
    fn of(clinic: &Clinic) -> Arc<Self> {
        let elsewhere = Arc::new(Self::default());
        clinic.flow.look_keys_up_by(elsewhere.clone());
        elsewhere
    }
    fn publishes(&self, of: &str, key: Vec<u8>) {
        let url = wkd::lookup(&address(of)).advanced;
        self.keys.lock().expect("whole").insert(url, key);
    }
    fn breaks(&self, broken: bool) {
        *self.broken.lock().expect("whole") = broken;
    }
    fn times(&self) -> usize {
        self.asked.lock().expect("whole").len()
    }
}

impl Directories for Elsewhere {
    fn ask(&self, asked: Asked, wait: Duration) -> Answers {
        assert!(wait <= Duration::from_secs(5), "a sender waits for it");
        assert!(asked.searches.is_empty(), "no directory is on record");
        let keys = self.keys.lock().expect("whole");
        let broken = *self.broken.lock().expect("whole");
        let reply = |question: &Question| match keys.get(&question.advanced) {
            _ if broken => Reply::Fault,
            Some(key) => Reply::Found(key.clone()),
            None => Reply::None,
        };
        let domains = asked.domains.iter().map(reply).collect();
        let urls = asked.domains.into_iter().map(|question| question.advanced);
        self.asked.lock().expect("whole").extend(urls);
        let searches = Vec::new();
        Answers { domains, searches }
    }
    fn try_out(&self, _: Search, _: Duration) -> Tried {
        unreachable!("nobody tries a directory here")
    }
}

fn wanting_pgp(to: &[&str]) -> Letter {
    Letter {
        demanded: Some(Method::Pgp),
        ..letter(to)
    }
}

fn sent_by(clinic: &Clinic, to: &str) -> Method {
    let receipt = clinic.submit(&clinic.staff, wanting_pgp(&[to]));
    receipt.expect("accepted").recipients[0].method
}

on_disk! {
    fn a_key_that_is_found_is_used_at_once_and_asked_for_once(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        let lee = keyed(&clinic, LEE, 3);
        elsewhere.publishes(LEE, lee.public().binary());
        assert_ne!(sent_by(&clinic, LEE), Method::Pgp);
        assert_eq!(elsewhere.times(), 0, "nobody is asked until the organisation wants it");
        clinic.take();

        assert!(!clinic.flow.key_lookup(&clinic.staff)?);
        clinic.flow.set_key_lookup(&clinic.staff, true)?;
        assert!(clinic.flow.key_lookup(&clinic.staff)?);
        assert_eq!(sent_by(&clinic, LEE), Method::Pgp);
        clinic.work();
        let sent = octets(&clinic.deliver(Outcome::Accepted));
        let opened = mime_open(&sent, &[&lee], &[], clinic.world.now()).expect("it opens");
        assert!(matches!(opened, MimeOpened::Opened(_)));
        assert_eq!(sent_by(&clinic, LEE), Method::Pgp);
        assert_eq!(elsewhere.times(), 1, "one answer counts for a day");

        let found = clinic.flow.keys_of(&clinic.staff, &address(LEE))?;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].source, found[0].standing), (KeySource::Wkd, KeyStanding::Active));
        assert!(!found[0].pinned, "nobody here vouched for it");
        clinic.clock.advance(limits::KEY_FOUND_FOR);
        sent_by(&clinic, LEE);
        assert_eq!(elsewhere.times(), 2, "its owner may have changed it");
    }

    /// The message goes as it would have gone; the answer, and that there was none, count for a time.
    fn no_key_and_no_answer_stop_no_mail(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        let before = sent_by(&clinic, LEE);
        clinic.flow.set_key_lookup(&clinic.staff, true)?;
        assert_eq!((sent_by(&clinic, LEE), elsewhere.times()), (before, 1));
        clinic.clock.advance(limits::KEY_NONE_FOR - Duration::from_secs(1));
        assert_eq!((sent_by(&clinic, LEE), elsewhere.times()), (before, 1));
        clinic.clock.advance(Duration::from_secs(1));
        elsewhere.breaks(true);
        assert_eq!((sent_by(&clinic, LEE), elsewhere.times()), (before, 2));
        assert_eq!((sent_by(&clinic, LEE), elsewhere.times()), (before, 2));
        clinic.clock.advance(limits::KEY_FAULT_FOR);
        assert_eq!((sent_by(&clinic, LEE), elsewhere.times()), (before, 3));
        clinic.flow.tidy()?;
        let organisation = clinic.organisation;
        let token = clinic.world.keys(organisation)?.blind("address", &address(LEE).fold());
        let now = clinic.world.now();
        let kept = clinic.world.store.read(move |tx| store::tables::key_lookups::find(tx, organisation, &token, now))?;
        assert_eq!(kept, Some(model::KeyAnswer::Fault), "what still counts is not forgotten");
    }

    /// A page of a stranger's web server, somebody else's key, a key that a colleague said no to.
    fn what_is_not_the_recipients_usable_key_is_not_used(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        clinic.flow.set_key_lookup(&clinic.staff, true)?;
        let other = keyed(&clinic, "mallory@peer.example", 4);
        elsewhere.publishes(LEE, other.public().binary());
        elsewhere.publishes("ann@peer.example", b"<!doctype html><p>Not found".to_vec());
        let bo = keyed(&clinic, "bo@peer.example", 5);
        elsewhere.publishes("bo@peer.example", bo.public().binary());
        for name in [LEE, "ann@peer.example"] {
            assert_ne!(sent_by(&clinic, name), Method::Pgp, "{name}");
            assert!(clinic.flow.keys_of(&clinic.staff, &address(name))?.is_empty(), "{name}");
        }
        assert_eq!(sent_by(&clinic, "bo@peer.example"), Method::Pgp);
        let id = clinic.flow.keys_of(&clinic.staff, &address("bo@peer.example"))?[0].id;
        clinic.flow.set_key_standing(&clinic.staff, id, KeyStanding::Refused)?;
        clinic.clock.advance(limits::KEY_FOUND_FOR);
        assert_ne!(sent_by(&clinic, "bo@peer.example"), Method::Pgp, "what somebody refused stays refused");
    }

    fn a_key_that_somebody_brought_comes_first(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        clinic.flow.set_key_lookup(&clinic.staff, true)?;
        let (published, brought) = (keyed(&clinic, LEE, 3), keyed(&clinic, LEE, 6));
        elsewhere.publishes(LEE, published.public().binary());
        assert_eq!(sent_by(&clinic, LEE), Method::Pgp);
        clinic.flow.add_keys(&clinic.staff, &brought.public().armored(), None)?;
        let found = clinic.flow.keys_of(&clinic.staff, &address(LEE))?;
        let sources: Vec<_> = found.iter().map(|key| key.source).collect();
        assert_eq!(sources, [KeySource::Upload, KeySource::Wkd]);
        clinic.clock.advance(limits::KEY_FOUND_FOR);
        sent_by(&clinic, LEE);
        assert_eq!(elsewhere.times(), 1, "there is nothing to ask for any more");
    }

    /// The other domain hears of no more recipients than have to be asked for.
    fn only_mail_to_strangers_that_wants_a_key_asks(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        clinic.flow.set_key_lookup(&clinic.staff, true)?;
        clinic.send(&[LEE]);
        let app = clinic.app("clinic.example", Mode::Test);
        clinic.submit(&app, wanting_pgp(&[LEE]))?;
        clinic.submit(&clinic.staff, wanting_pgp(&["nurse@clinic.example"]))?;
        assert_eq!(elsewhere.times(), 0);
        let many: Vec<String> = (0..30).map(|n| format!("reader{n}@peer.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        clinic.submit(&clinic.staff, wanting_pgp(&many))?;
        assert_eq!(elsewhere.times(), limits::KEY_LOOKUP_ADDRESSES_MAX);
    }

    fn who_manages_encryption_alone_turns_it_on(store) {
        let clinic = Clinic::open(store);
        let staff = clinic.user(&[Role::Staff]);
        assert_eq!(code(clinic.flow.set_key_lookup(&staff, true)), Some(Code::ActionForbidden));
        assert_eq!(code(clinic.flow.key_lookup(&staff)), Some(Code::ActionForbidden));
    }
}
