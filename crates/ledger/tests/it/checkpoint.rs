//! C2SP checkpoints.

use caduceus_ledger::Broken;
use caduceus_ledger::checkpoint::{Checkpoint, open, origin};
use caduceus_ledger::note::Signer;
use model::Code;

use crate::world::{Log, broken, organisation};

/// The text of the standard's own example.
const EXAMPLE: &str =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

#[test]
fn the_standards_example_reads_and_writes() {
    let checkpoint = Checkpoint::parse(EXAMPLE).expect("the standard's own");
    assert_eq!(
        (checkpoint.origin.as_str(), checkpoint.size),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(checkpoint.to_text(), EXAMPLE);
    let extended = format!("{EXAMPLE}an extension\n");
    assert_eq!(
        Checkpoint::parse(&extended).expect("extensions are allowed"),
        checkpoint
    );
}

#[test]
fn what_is_not_a_checkpoint_is_refused() {
    for bad in [
        "",
        "\n",
        "log.example\n1\n",
        &EXAMPLE.replace("20852163", "020852163"),
        &EXAMPLE.replace("20852163", "+20852163"),
        &EXAMPLE.replace("20852163", ""),
        &EXAMPLE.replace("20852163", "99999999999999999999"),
        &EXAMPLE.replace("example.com/behind-the-sofa", ""),
        &EXAMPLE.replace("q2I=", "q2J="),
        &EXAMPLE.replace("q2I=", "q2I"),
        &EXAMPLE.replace("CsUY", ""),
        &format!("{EXAMPLE}\n"),
        EXAMPLE.trim_end(),
    ] {
        assert_eq!(
            broken(Checkpoint::parse(bad)).map(|(what, _)| what),
            Some(Broken::Format),
            "{bad:?}"
        );
    }
}

#[test]
fn a_log_signs_only_its_own_tree() {
    let log = Log::numbered(&[3]);
    assert_eq!(
        open(&log.signed(), &log.key()).expect("our own"),
        log.checkpoint()
    );

    let foreign = Checkpoint {
        origin: "other.example".to_owned(),
        ..log.checkpoint()
    };
    assert_eq!(
        foreign.sign(&log.signer).err().map(|e| e.code()),
        Some(Code::FieldInvalid)
    );
    // Signed as a plain note instead, it is still not this log's.
    let note = log.signer.sign(&foreign.to_text()).expect("a valid text");
    assert_eq!(
        broken(open(&note, &log.key())).map(|(what, _)| what),
        Some(Broken::OtherLog)
    );
    let impostor = Signer::from_seed(log.key().name(), &[8; 32]).expect("a valid name");
    assert_eq!(
        broken(open(&log.signed(), impostor.verifier())).map(|(what, _)| what),
        Some(Broken::Unsigned)
    );
}

#[test]
fn the_origin_names_host_and_organisation() {
    let id = organisation();
    assert_eq!(
        origin("mail.clinic.example", id),
        format!("mail.clinic.example/{id}")
    );
}
