//! How a text reads decides where words decided before, and never against what its identifiers make sure.

use std::sync::LazyLock;

use caduceus_phi::{Finding, FindingKind, Findings, Part, PartKind, PhiLevel, Reading, Scanner};

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

const NEWS: &str = "Our newsletter: the wellness fair is on Friday, with free screenings for everybody.\n\
    Register on our site. Volunteers are welcome, parking is free.\n\n";

fn scan(text: &str) -> Findings {
    SCANNER.scan(
        &[Part::new(PartKind::Body, text)],
        &Reading::new(&|_| [0; 32]),
    )
}

fn telling(found: &Findings) -> Option<&Finding> {
    let mut all = found.findings.iter();
    all.find(|one| one.kind == FindingKind::TellingText)
}

#[test]
fn a_story_without_one_listed_word_is_found_and_its_text_is_told() {
    let text = "bed 7 window side is asking for her daughter again, can u call her? she's still on the bipap so keep \
                it short";
    let found = scan(text);
    assert_eq!(found.level, PhiLevel::Likely);
    let finding = telling(&found).expect("it says why");
    assert_eq!(
        (finding.part, finding.start, finding.len),
        (0, 0, text.len())
    );
    assert_eq!(found.counts[&FindingKind::TellingText], 1);
}

#[test]
fn news_around_it_does_not_talk_a_number_away() {
    let sure = "Patient Ann Weller, SSN 219-09-9999, diabetes, is here on Monday.\n\n";
    for news in [0, 1, 20, 200] {
        let text = NEWS.repeat(news) + sure + &NEWS.repeat(news);
        assert!(scan(&text).level >= PhiLevel::Likely, "{news} times news");
    }
}

#[test]
fn pages_of_news_do_not_hide_a_story() {
    let story = "Please don't send flowers to my mother, she can't have them in the room until her counts come back up. \
                 The chemo was hard on her this time and she is still not eating. Her nurse says two more weeks.\n\n";
    assert!(scan(story).level >= PhiLevel::Likely);
    let text = NEWS.repeat(40) + &story.repeat(12) + &NEWS.repeat(40);
    assert!(scan(&text).level >= PhiLevel::Likely);
}

#[test]
fn what_is_business_lists_no_telling_text() {
    for text in [
        NEWS,
        "Invoice 8812 for four infusion pumps is past due. Please remit by Friday.",
        "",
    ] {
        let found = scan(text);
        assert!(found.level < PhiLevel::Likely, "{text}");
        assert_eq!(telling(&found), None);
    }
}

/// A number of a person beside a word of care stays what it is, however much business stands around it.
#[test]
fn business_around_it_lowers_no_number_of_a_person() {
    let plain = "Please remit by Friday. The copier lease and the linen are past due. ";
    let sure = "The clinic front desk has SSN 219-09-9999 on file. ";
    for times in 0..12 {
        let text = sure.to_owned() + &plain.repeat(times);
        assert!(
            scan(&text).level >= PhiLevel::Likely,
            "{times} times business"
        );
    }
}

/// What is too short to be judged, or hidden, is not lowered by another text that reads as business.
#[test]
fn another_text_lowers_nothing_that_was_not_judged() {
    let business =
        "Please remit by Friday. Our new office hours start Monday; parking is free. ".repeat(6);
    let told = "Mrs. Johnson has leukemia.";
    let level = |parts: &[Part<'_>]| SCANNER.scan(parts, &Reading::new(&|_| [0; 32])).level;
    let short = Part::new(PartKind::Body, told);
    let file = Part::new(PartKind::Attachment, &business);
    assert_eq!(level(&[short]), PhiLevel::Likely);
    assert_eq!(level(&[short, file]), PhiLevel::Likely);
    assert_eq!(level(&[file, short]), PhiLevel::Likely);
    let hidden = Part {
        form: caduceus_phi::Form::Hidden,
        ..short
    };
    assert_eq!(level(&[file, hidden]), PhiLevel::Likely);
}
