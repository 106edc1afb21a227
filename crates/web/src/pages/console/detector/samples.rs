//! Samples of the form of a detector.

use super::{Changed, Detector, DetectorRemove};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::console::detectors::samples::outcome;
use crate::pages::samples::NOW;

const ID: &str = "det_01KJVB0W7HQ3ZJ8X9T4M2C6D00";

fn heron() -> Detector {
    Detector {
        id: ID.to_owned(),
        name: "Heron study".to_owned(),
        what: "glass heron\ngrey heron".to_owned(),
        hot_words: "study\nparticipant".to_owned(),
        changed: Some(Changed {
            at: NOW,
            by: "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D07".to_owned(),
            reason: "The study began in March.".to_owned(),
        }),
        ..Detector::empty()
    }
}

pub(super) fn forms() -> Vec<Sample<Detector>> {
    let expression = Detector {
        kind: "expression".to_owned(),
        what: "HRN-(".to_owned(),
        name: "Heron numbers".to_owned(),
        faults: vec![
            Fault::new("what", "detector_expression"),
            Fault::new("reason", "detector_reason"),
        ],
        ..Detector::empty()
    };
    let numbers = Detector {
        kind: "record_number".to_owned(),
        what: "MR-#{6,8}".to_owned(),
        check: "mod10".to_owned(),
        required: true,
        state: "off".to_owned(),
        ..heron()
    };
    let tried = Detector {
        text: "See chart MR-204118.\nThe diabetes visit\nHRN-2044".to_owned(),
        tried: Some(outcome()),
        ..heron()
    };
    let reader = Detector {
        manages: false,
        ..heron()
    };
    vec![
        Sample::new("empty", Detector::empty()),
        Sample::new("one", heron()),
        Sample::new("numbers", numbers),
        Sample::new("tried", tried.clone()),
        Sample::new("reader", reader),
        Sample::new("error", expression),
        Sample::spanish(tried),
    ]
}

pub(super) fn removes() -> Vec<Sample<DetectorRemove>> {
    let page = DetectorRemove {
        id: ID.to_owned(),
        name: "Heron study".to_owned(),
        reason: String::new(),
        reason_max: 500,
        faults: Vec::new(),
    };
    let wrong = DetectorRemove {
        faults: vec![Fault::new("reason", "detector_reason")],
        ..page.clone()
    };
    vec![
        Sample::new("one", page.clone()),
        Sample::new("error", wrong),
        Sample::spanish(page),
    ]
}
