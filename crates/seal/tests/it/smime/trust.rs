//! Whose certificate is believed: roots, dates, lists, usage. The authority is `data/authority`, and
//! `make.sh` in it says how it was made.

use model::{Secret, Timestamp};
use seal::smime::{
    Certificate, Identity, NewKey, Purpose, Signature, Trust, Untrusted, Verdict, decrypt, sign,
    verify,
};

use super::persons::{Counting, DAY, PAT, address, noon};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../data/authority/", $name)).as_slice()
    };
}

fn one(pem: &[u8]) -> Certificate {
    Certificate::parse_all(pem)
        .expect("a certificate")
        .remove(0)
}

fn day(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).expect("a day")
}

fn organisation() -> Trust {
    let mut trust = Trust::new();
    trust.add_roots(file!("root.pem")).expect("a root");
    trust
}

#[test]
fn a_certificate_is_judged_by_chain_date_usage_and_owner() {
    let chain =
        Certificate::parse_all(&[file!("mail.pem"), file!("web.pem")].concat()).expect("a chain");
    let trust = organisation();
    let winter = day("2026-12-01");
    for (file, at, expected) in [
        (file!("pat.pem"), winter, Verdict::Trusted),
        (file!("pat.pem"), day("2025-12-31"), Verdict::NotYetValid),
        (file!("pat.pem"), day("2046-01-02"), Verdict::Expired),
        (file!("over.pem"), winter, Verdict::Expired),
        (file!("over.pem"), day("2026-05-31"), Verdict::Trusted),
        (file!("early.pem"), winter, Verdict::NotYetValid),
        (file!("server.pem"), winter, Verdict::WrongUsage),
        // its authority may issue for web servers alone
        (
            file!("astray.pem"),
            winter,
            Verdict::Untrusted(Untrusted::NotItsIssuer),
        ),
    ] {
        let judged = trust.check(&one(file), &chain, at, Purpose::Encrypt, None);
        assert_eq!(judged, expected);
    }
    let pat = one(file!("pat.pem"));
    let of = |who: &str| trust.check(&pat, &chain, winter, Purpose::Sign, Some(&address(who)));
    assert_eq!(of("PAT@mail.example"), Verdict::Trusted);
    assert_eq!(of("lee@mail.example"), Verdict::WrongAddress);
    let unknown = Verdict::Untrusted(Untrusted::UnknownIssuer);
    assert_eq!(trust.check(&pat, &[], winter, Purpose::Sign, None), unknown);
    assert_eq!(
        Trust::new().check(&pat, &chain, winter, Purpose::Sign, None),
        unknown
    );
}

#[test]
fn a_list_revokes_from_its_date_on_and_only_its_issuers_list_does() {
    let chain = [one(file!("mail.pem"))];
    let (pat, lost) = (one(file!("pat.pem")), one(file!("lost.pem")));
    let judge = |lists: &[u8], certificate: &Certificate, at: &str| {
        let mut trust = organisation();
        trust.add_revocations(lists).expect("a list");
        trust.check(certificate, &chain, day(at), Purpose::Encrypt, None)
    };
    // the list has been over for months, and what it revoked stays so
    assert_eq!(
        judge(file!("lists.pem"), &lost, "2026-12-01"),
        Verdict::Revoked
    );
    assert_eq!(
        judge(file!("lists.pem"), &lost, "2026-08-01"),
        Verdict::Trusted
    );
    assert_eq!(
        judge(file!("lists.pem"), &pat, "2026-12-01"),
        Verdict::Trusted
    );
    assert_eq!(
        judge(file!("forged.pem"), &lost, "2026-12-01"),
        Verdict::Trusted
    );
}

#[test]
fn what_was_pinned_by_hand_is_believed_while_it_is_valid_and_strong() {
    let pat = PAT.certificate();
    let self_signed = Verdict::Untrusted(Untrusted::SelfSigned);
    let mut trust = organisation();
    assert_eq!(
        trust.check(pat, &[], noon(), Purpose::Encrypt, None),
        self_signed
    );
    trust.pin(pat.fingerprint());
    assert_eq!(
        trust.check(pat, &[], noon(), Purpose::Encrypt, None),
        Verdict::Pinned
    );
    let later = noon().plus(40 * DAY);
    assert_eq!(
        trust.check(pat, &[], later, Purpose::Encrypt, None),
        Verdict::Expired
    );
    let other = address("lee@mail.example");
    let judged = trust.check(pat, &[], noon(), Purpose::Encrypt, Some(&other));
    assert_eq!(judged, Verdict::WrongAddress);

    let key = NewKey::Rsa(1_024);
    let weak = Identity::generate(&other, key, noon(), DAY, &Counting::new()).expect("made");
    trust.pin(weak.certificate().fingerprint());
    let judged = trust.check(weak.certificate(), &[], noon(), Purpose::Sign, None);
    assert_eq!(judged, Verdict::WeakKey);
    assert!(sign(b"\r\n", &weak, noon()).is_err());
}

#[test]
fn certificates_and_keys_are_read_from_every_usual_file() {
    let pat = one(file!("pat.pem"));
    assert_eq!(pat.emails(), ["pat@mail.example"]);
    assert_eq!(one(pat.der()), pat);
    let bundle = Certificate::parse_all(file!("pat.p7b")).expect("p7b");
    assert!(bundle.len() == 2 && bundle.contains(&pat));
    let password = |word: &str| Secret::new(word.to_owned());
    let kept = Identity::from_pkcs12(file!("pat.p12"), &password("opensesame")).expect("p12");
    assert_eq!((kept.certificate(), kept.chain().len()), (&pat, 1));
    assert!(Identity::from_pkcs12(file!("pat.p12"), &password("wrong")).is_err());
    let text = [file!("mail.pem"), file!("pat.pem"), file!("pat.key")].concat();
    assert_eq!(
        Identity::from_pem(&text, None).expect("pem").certificate(),
        &pat
    );
}

#[test]
fn what_others_stream_in_ber_is_read() {
    let entity = |kind: &str, cms: &[u8]| {
        let head = format!(
            "Content-Type: application/pkcs7-mime; smime-type={kind}\r\n\
             Content-Transfer-Encoding: binary\r\n\r\n"
        );
        [head.as_bytes(), cms].concat()
    };
    let letter = b"Content-Type: text/plain\r\n\r\nStreamed.\r\n";
    let signed = entity("signed-data", file!("signed.ber"));
    let verified = verify(&signed, &organisation(), day("2026-12-01")).expect("read");
    assert_eq!(
        (verified.signature, verified.verdict),
        (Signature::Good, Some(Verdict::Trusted))
    );
    assert_eq!(verified.entity, letter);
    let text = [file!("pat.pem"), file!("pat.key")].concat();
    let pat = Identity::from_pem(&text, None).expect("pem");
    let sealed = entity("authEnveloped-data", file!("sealed.ber"));
    assert_eq!(decrypt(&sealed, &[&pat]).expect("opened").entity, letter);
}
