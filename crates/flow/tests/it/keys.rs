//! Keys of recipients: mail is encrypted to whom has one and wants it, nothing of it leaks on the way, and what
//! cannot be encrypted waits here.

use std::time::Duration;

use ctx::{Ctx, Role};
use flow::correspondents::{NewCorrespondent, Warned};
use flow::keys::{KeyFilter, KeyHealth, TakenAs};
use flow::{Letter, OutLetter};
use model::{
    Address, Code, KeyFor, KeyStanding, Kind, Method, Outcome, RecipientClass, RecipientState,
    Timestamp,
};
use seal::pgp::{MimeOpened, SecretKey, Version, mime_open};
use seal::protected::Restored;
use seal::smime::{Curve, Identity, Integrity, NewKey, OpenedMessage, Trust, open_message};
use sim::kit::SimRng;

use crate::clinic::Clinic;
use crate::letters::{address, letter, link_of, octets, to};
use crate::{code, on_disk, refusal};

pub(crate) const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// Somebody with a certificate of their own making.
pub(crate) fn certified(clinic: &Clinic, of: &str, lifetime: Duration) -> Identity {
    let (now, rng) = (clinic.world.now(), SimRng::new(of.len() as u64));
    let key = NewKey::Ec(Curve::P256);
    Identity::generate(&address(of), key, now, lifetime, &rng).expect("a certificate")
}

/// Somebody with an OpenPGP key.
fn keyed(clinic: &Clinic, of: &str, lifetime: Option<Duration>) -> SecretKey {
    let rng = SimRng::new(of.len() as u64 + 7);
    let name = format!("Somebody <{of}>");
    let now = Timestamp::from_secs(clinic.world.now().secs());
    SecretKey::generate(&name, lifetime, now, &rng, Version::V4).expect("a key")
}

/// Puts the key on record, and that its owner wants to be written to by it.
fn wants(clinic: &Clinic, ctx: &Ctx, of: &str, method: Method, key: &[u8]) {
    let taken = clinic.flow.add_keys(ctx, key, Some(&address(of)));
    let outcomes: Vec<_> = taken.expect("taken").iter().map(|t| t.outcome).collect();
    assert_eq!(outcomes, [TakenAs::Added], "{of}");
    let wish = NewCorrespondent {
        address: address(of),
        name: String::new(),
        note: String::new(),
        class: RecipientClass::Provider,
        prefers: Some(method),
        warned: Warned::Keep,
        restriction: None,
        part2_until: None,
        part2_scope: String::new(),
    };
    clinic
        .flow
        .set_correspondent(ctx, &wish)
        .expect("on record");
}

fn telling(recipients: &[&str]) -> Letter {
    Letter {
        subject: "Kanarisubject".to_owned(),
        text: Some("Kanaritext".to_owned()),
        ..letter(recipients)
    }
}

fn open(letter: &OutLetter, with: &Identity, at: Timestamp) -> OpenedMessage {
    open_message(&octets(letter), &[with], &Trust::new(), at).expect("it opens")
}

fn open_pgp(letter: &OutLetter, with: &SecretKey, at: Timestamp) -> Restored {
    let bytes = octets(letter);
    let opened = mime_open(&bytes, &[with], &[], at).expect("it opens");
    let MimeOpened::Opened(opened) = opened else {
        panic!("it is encrypted as a whole");
    };
    let head = &bytes[..mail::header_block_end(&bytes)];
    seal::protected::read(head, &opened.content)
}

/// What everybody on the way sees.
fn shown(letter: &OutLetter) -> String {
    String::from_utf8(octets(letter)).expect("text")
}

on_disk! {
    /// RFC 8551, RFC 9788: the subject travels inside, and who may reads all of it.
    fn a_letter_to_a_certificate_is_read_by_its_owner_alone(store) {
        let clinic = Clinic::open(store).signing();
        let lee = certified(&clinic, "lee@peer.example", YEAR);
        wants(&clinic, &clinic.staff, "lee@peer.example", Method::Smime, lee.certificate().der());
        let receipt = clinic.submit(&clinic.staff, telling(&["lee@peer.example"]))?;
        assert_eq!(receipt.recipients[0].method, Method::Smime);
        clinic.work();
        let sent = clinic.deliver(Outcome::Accepted);
        assert_eq!(sent.demand, model::Demand::VerifiedTls);
        let shown = shown(&sent);
        assert!(!shown.contains("Kanari"), "{shown}");
        assert!(shown.contains("Subject: Message\r\n") && shown.contains("DKIM-Signature:"));
        assert!(shown.contains("smime-type=enveloped-data"));
        let opened = open(&sent, &lee, clinic.world.now());
        assert_eq!(opened.integrity, Integrity::None, "nobody announced better");
        assert_eq!(opened.header.subject().as_deref(), Some("Kanarisubject"));
        assert!(String::from_utf8(opened.entity)?.contains("Kanaritext"));
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        clinic.flow.proof(&clinic.staff, receipt.recipients[0].id)?;
    }

    /// RFC 3156 with the same protection of the header.
    fn a_letter_to_an_openpgp_key_is_read_by_its_owner_alone(store) {
        let clinic = Clinic::open(store).signing();
        let pat = keyed(&clinic, "pat@peer.example", None);
        wants(&clinic, &clinic.staff, "pat@peer.example", Method::Pgp, &pat.public().armored());
        let receipt = clinic.submit(&clinic.staff, telling(&["pat@peer.example"]))?;
        assert_eq!(receipt.recipients[0].method, Method::Pgp);
        clinic.work();
        let sent = clinic.deliver(Outcome::Accepted);
        let shown = shown(&sent);
        assert!(!shown.contains("Kanari"), "{shown}");
        assert!(shown.contains("Subject: Message\r\n") && shown.contains("DKIM-Signature:"));
        let read = open_pgp(&sent, &pat, clinic.world.now());
        assert_eq!(read.subject().as_deref(), Some("Kanarisubject"));
        assert!(String::from_utf8(read.message())?.contains("Kanaritext"));
    }

    /// Each gets the letter as it was decided for them; readers of one envelope know of each other, and of nobody
    /// who was to stay unseen.
    fn each_recipient_gets_their_own_form(store) {
        let clinic = Clinic::open(store);
        let names = ["ann@peer.example", "bo@peer.example", "cy@peer.example"];
        let owners: Vec<_> = names.iter().map(|name| certified(&clinic, name, YEAR)).collect();
        for (name, owner) in names.iter().zip(&owners) {
            wants(&clinic, &clinic.staff, name, Method::Smime, owner.certificate().der());
        }
        let pat = keyed(&clinic, "pat@peer.example", None);
        wants(&clinic, &clinic.staff, "pat@peer.example", Method::Pgp, &pat.public().armored());
        let mut letter = telling(&["ann@peer.example", "bo@peer.example", "pat@peer.example", "tls@peer.example"]);
        letter.recipients.push(flow::DraftRecipient { kind: Kind::Bcc, ..to("cy@peer.example") });
        clinic.submit(&clinic.staff, letter)?;
        clinic.work();
        let jobs = clinic.take();
        assert_eq!(jobs.len(), 5);
        let sent = |to: &str| {
            let letters = jobs.iter().map(|job| clinic.letter(job));
            letters.into_iter().find(|letter| letter.to.as_str() == to).expect("a letter")
        };
        let now = clinic.world.now();
        let (ann, bo, cy) = (sent(names[0]), sent(names[1]), sent(names[2]));
        assert_eq!(octets(&ann), octets(&bo));
        for (letter, owner) in [(&ann, 0), (&ann, 1), (&cy, 2)] {
            assert_eq!(open(letter, &owners[owner], now).header.subject().as_deref(), Some("Kanarisubject"));
        }
        assert!(open_message(&octets(&ann), &[&owners[2]], &Trust::new(), now).is_err(), "a blind copy is apart");
        assert_eq!(open_pgp(&sent("pat@peer.example"), &pat, now).subject().as_deref(), Some("Kanarisubject"));
        assert!(shown(&sent("tls@peer.example")).contains("Kanaritext"));
    }

    /// What was usable when it was decided and is not when the letter is made: never plain, never lost, on record.
    fn a_key_that_ends_before_the_letter_is_made_leads_to_the_portal(store) {
        let clinic = Clinic::sealing_later(store);
        let hour = Duration::from_secs(3_600);
        let lee = certified(&clinic, "lee@peer.example", hour);
        wants(&clinic, &clinic.staff, "lee@peer.example", Method::Smime, lee.certificate().der());
        let pat = keyed(&clinic, "pat@peer.example", Some(hour));
        wants(&clinic, &clinic.staff, "pat@peer.example", Method::Pgp, &pat.public().armored());
        let mut receipts = Vec::new();
        for name in ["lee@peer.example", "pat@peer.example"] {
            let receipt = clinic.submit(&clinic.staff, telling(&[name]))?;
            assert!(matches!(receipt.recipients[0].method, Method::Smime | Method::Pgp));
            receipts.push(receipt);
        }
        clinic.clock.advance(hour);
        clinic.work();
        for job in clinic.take() {
            let sent = clinic.letter(&job);
            assert!(!shown(&sent).contains("Kanari"));
            assert!(!link_of(&sent).is_empty(), "a notice");
            clinic.finish(job, Outcome::Accepted);
        }
        for receipt in receipts {
            assert_eq!(clinic.recipient(&receipt).method, Method::Portal);
            assert_eq!(clinic.state(&receipt), RecipientState::Notified);
            assert_eq!(clinic.count(receipt.message, "message.key_unusable"), 1);
        }
        let found = clinic.flow.keys_of(&clinic.staff, &address("lee@peer.example"))?;
        assert_eq!(found[0].health, KeyHealth::Ended);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// Somebody says meanwhile that the key is not to be used.
    fn a_key_that_is_retired_before_the_letter_is_made_is_not_used(store) {
        let clinic = Clinic::sealing_later(store);
        let pat = keyed(&clinic, "pat@peer.example", None);
        wants(&clinic, &clinic.staff, "pat@peer.example", Method::Pgp, &pat.public().armored());
        let receipt = clinic.submit(&clinic.staff, telling(&["pat@peer.example"]))?;
        let id = clinic.flow.keys_of(&clinic.staff, &address("pat@peer.example"))?[0].id;
        clinic.flow.set_key_standing(&clinic.staff, id, KeyStanding::Retired)?;
        clinic.work();
        assert!(!link_of(&clinic.deliver(Outcome::Accepted)).is_empty());
        assert_eq!(clinic.recipient(&receipt).method, Method::Portal);
    }

    /// Policy knows of a key that has ended, and of one that nobody uses: the portal stands in.
    fn a_key_out_of_use_is_no_key(store) {
        let clinic = Clinic::open(store);
        let lee = certified(&clinic, "lee@peer.example", Duration::from_secs(86_400));
        wants(&clinic, &clinic.staff, "lee@peer.example", Method::Smime, lee.certificate().der());
        let demanding = || Letter { demanded: Some(Method::Smime), ..telling(&["lee@peer.example"]) };
        let method = || clinic.submit(&clinic.staff, demanding()).expect("accepted").recipients[0].method;
        assert_eq!(method(), Method::Smime);
        let id = clinic.flow.keys(&clinic.staff, KeyFilter::default(), None, 50)?.rows[0].id;
        for (standing, wanted) in [
            (KeyStanding::Retired, Method::Portal),
            (KeyStanding::Active, Method::Smime),
            (KeyStanding::Refused, Method::Portal),
            (KeyStanding::Active, Method::Smime),
        ] {
            clinic.flow.set_key_standing(&clinic.staff, id, standing)?;
            assert_eq!(method(), wanted, "{standing}");
        }
        clinic.clock.advance(Duration::from_secs(86_400));
        assert_eq!(method(), Method::Portal);
        clinic.flow.remove_key(&clinic.staff, id)?;
        assert_eq!(method(), Method::Portal);
        assert_eq!(code(clinic.flow.key(&clinic.staff, id)), Some(Code::NotFound));
    }

    /// Nobody asked for encryption to a key: that there is one changes nothing.
    fn a_key_alone_decides_nothing(store) {
        let clinic = Clinic::open(store);
        let lee = certified(&clinic, "lee@peer.example", YEAR);
        clinic.flow.add_keys(&clinic.staff, lee.certificate().der(), None)?;
        let method = || clinic.submit(&clinic.staff, telling(&["lee@peer.example"])).expect("accepted").recipients[0].method;
        assert_eq!(method(), Method::Tls);
        let officer = clinic.officer();
        let rule = "rule all:\n  when level at least none\n  then encrypt\n  because of a test\n";
        clinic.flow.save_rules(&officer, rule, "a test")?;
        clinic.tried(&officer, 1);
        clinic.flow.activate_rules(&officer, 1, "a test")?;
        assert_eq!(method(), Method::Smime);
    }

    /// A copy without the values is encrypted too where that was decided.
    fn a_redacted_copy_is_encrypted_as_the_whole_would_be(store) {
        let clinic = Clinic::open(store);
        let lee = certified(&clinic, "lee@peer.example", YEAR);
        wants(&clinic, &clinic.staff, "lee@peer.example", Method::Smime, lee.certificate().der());
        let officer = clinic.officer();
        let rule = "rule all:\n  when level at least none\n  then redact\n  because of a test\n";
        clinic.flow.save_rules(&officer, rule, "a test")?;
        clinic.tried(&officer, 1);
        clinic.flow.activate_rules(&officer, 1, "a test")?;
        let text = "Your SSN 536-90-4399 is in the chart of your diabetes.";
        let letter = Letter { text: Some(text.to_owned()), ..telling(&["lee@peer.example"]) };
        let receipt = clinic.submit(&clinic.staff, letter)?;
        assert_eq!(receipt.recipients[0].method, Method::Smime);
        clinic.work();
        let sent = clinic.deliver(Outcome::Accepted);
        assert!(!shown(&sent).contains("chart"));
        let opened = open(&sent, &lee, clinic.world.now());
        let read = String::from_utf8(opened.entity)?;
        assert!(read.contains("chart") && !read.contains("536-90-4399"), "{read}");
    }

    /// Only who manages encryption sees whose keys there are; another organisation's are not there.
    fn keys_are_seen_by_who_manages_them(store) {
        let clinic = Clinic::open(store);
        let lee = certified(&clinic, "lee@peer.example", YEAR);
        let administrator = clinic.user(&[Role::Administrator]);
        let taken = clinic.flow.add_keys(&administrator, lee.certificate().der(), None)?;
        let id = taken[0].id.expect("on record");
        let view = clinic.flow.key(&administrator, id)?;
        assert_eq!((view.address.as_str(), view.kind, view.pinned), ("lee@peer.example", KeyFor::Smime, true));
        assert_eq!(view.fingerprint, taken[0].fingerprint);
        let staff = clinic.user(&[Role::Staff]);
        assert_eq!(code(clinic.flow.key(&staff, id)), Some(Code::ActionForbidden));
        assert_eq!(code(clinic.flow.add_keys(&staff, lee.certificate().der(), None)), Some(Code::ActionForbidden));
        let neighbour = clinic.neighbour();
        assert_eq!(code(clinic.flow.key(&neighbour, id)), Some(Code::NotFound));
        assert_eq!(code(clinic.flow.remove_key(&neighbour, id)), Some(Code::NotFound));
        assert!(clinic.flow.keys_of(&neighbour, &address("lee@peer.example"))?.is_empty());
    }

    /// Filters, pages and warnings that a key will end.
    fn keys_that_end_soon_are_pointed_out(store) {
        let clinic = Clinic::open(store);
        let day = Duration::from_secs(86_400);
        for (name, lifetime) in [("ann@peer.example", day * 20), ("bo@peer.example", YEAR)] {
            clinic.flow.add_keys(&clinic.staff, certified(&clinic, name, lifetime).certificate().der(), None)?;
            clinic.tick();
        }
        let pat = keyed(&clinic, "pat@peer.example", None);
        clinic.flow.add_keys(&clinic.staff, &pat.public().binary(), None)?;
        let names = |filter: KeyFilter| -> Vec<String> {
            let page = clinic.flow.keys(&clinic.staff, filter, None, 50).expect("a page");
            page.rows.iter().map(|row| row.address.as_str().to_owned()).collect()
        };
        assert_eq!(names(KeyFilter::default()), ["pat@peer.example", "bo@peer.example", "ann@peer.example"]);
        assert_eq!(names(KeyFilter { ending: true, ..KeyFilter::default() }), ["ann@peer.example"]);
        assert_eq!(names(KeyFilter { kind: Some(KeyFor::Pgp), ..KeyFilter::default() }), ["pat@peer.example"]);
        assert!(names(KeyFilter { standing: Some(KeyStanding::Retired), ..KeyFilter::default() }).is_empty());
        let first = clinic.flow.keys(&clinic.staff, KeyFilter::default(), None, 2)?;
        let second = clinic.flow.keys(&clinic.staff, KeyFilter::default(), first.next.as_deref(), 2)?;
        assert_eq!((first.rows.len(), second.rows.len(), second.next), (2, 1, None));
        assert_eq!(second.rows[0].health, KeyHealth::EndsSoon);
    }

    /// What becomes of each key of a file is told; a secret key is nobody's to bring.
    fn a_file_is_taken_key_by_key(store) {
        let clinic = Clinic::open(store);
        let (ann, bo) = (keyed(&clinic, "ann@peer.example", None), keyed(&clinic, "bo@peer.example", None));
        let both = [ann.public().binary(), bo.public().binary()].concat();
        let outcomes = |file: &[u8], of: Option<&str>| -> Vec<TakenAs> {
            let of: Option<Address> = of.map(address);
            let taken = clinic.flow.add_keys(&clinic.staff, file, of.as_ref()).expect("taken");
            taken.iter().map(|one| one.outcome).collect()
        };
        assert_eq!(outcomes(&both, Some("ann@peer.example")), [TakenAs::Added, TakenAs::OtherAddress]);
        assert_eq!(outcomes(&both, None), [TakenAs::Updated, TakenAs::Added]);
        let over = certified(&clinic, "cy@peer.example", Duration::from_secs(1));
        clinic.clock.advance(Duration::from_secs(2));
        assert_eq!(outcomes(over.certificate().der(), None), [TakenAs::Expired]);
        let secret = clinic.flow.add_keys(&clinic.staff, ann.armored().expose(), None);
        assert_eq!(refusal(secret.map(drop)), Some((Code::KeyFileInvalid, Some("/file".to_owned()))));
        for junk in [b"".as_slice(), b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &[0x99; 50]] {
            assert_eq!(code(clinic.flow.add_keys(&clinic.staff, junk, None)), Some(Code::KeyFileInvalid), "{junk:?}");
        }
    }

    /// A key names its owner to whoever asks a key server: neither it nor its fingerprint lies on the disk.
    fn no_key_lies_in_the_clear(store) {
        let clinic = Clinic::open(store);
        let lee = certified(&clinic, "kanarilee@peer.example", YEAR);
        wants(&clinic, &clinic.staff, "kanarilee@peer.example", Method::Smime, lee.certificate().der());
        clinic.submit(&clinic.staff, telling(&["kanarilee@peer.example"]))?;
        clinic.work();
        while clinic.world.sequence()? > 0 {}
        let fingerprint = lee.certificate().fingerprint();
        let hex = hex::encode(fingerprint);
        let key = &lee.certificate().der()[100..140];
        for cell in store.beside().cells() {
            let holds = |needle: &[u8]| cell.bytes.windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle));
            for needle in [b"kanari".as_slice(), hex.as_bytes(), &fingerprint, key] {
                assert!(!holds(needle), "{}.{}", cell.table, cell.column);
            }
        }
    }
}
