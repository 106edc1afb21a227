//! Shapes are learned from samples that agree, and from no others; what fits by chance is said.

use super::*;

fn learned(given: &[&str]) -> Learned {
    learn(given).expect("they agree")
}

fn notation(given: &[&str]) -> (String, &'static str) {
    let shape = learned(given).shape;
    (shape.notation(), shape.check().word())
}

/// The digits with the check digit that makes them hold.
fn checked(payload: &str, check: CheckDigit) -> String {
    let ends = "0123456789X".chars();
    let mut whole = ends.map(|end| format!("{payload}{end}"));
    whole
        .find(|one| check.holds(one.as_bytes()))
        .expect("one of them holds")
}

fn many(check: CheckDigit, of: impl Fn(u32) -> String) -> Vec<String> {
    (0..20)
        .map(|n| checked(&of(n * 7_919 + 104_729), check))
        .collect()
}

fn lent(numbers: &[String]) -> Vec<&str> {
    numbers.iter().map(String::as_str).collect()
}

#[test]
fn letters_and_separators_stay_and_digits_are_counted() {
    let plain = [
        "MR-204118",
        "MR-998120",
        "mr-1204887",
        "MR-500312",
        "MR-771904",
    ];
    assert_eq!(notation(&plain), ("MR-#{6,7}".to_owned(), "none"));
    let letters = ["AB12345", "CD77120", "XY90817", "QA55512", "LM10293"];
    assert_eq!(notation(&letters), ("@{2}#{5}".to_owned(), "none"));
    let parts = [
        "12-44-90", "88-10-23", "124490", "90-77-12", "771230", "551209",
    ];
    assert_eq!(notation(&parts), ("#{2}-?#{2}-?#{2}".to_owned(), "none"));
}

#[test]
fn no_digit_of_a_sample_is_in_the_shape() {
    let newest = ["0048811", "0048812", "0048813", "0048814", "0048817"];
    assert_eq!(notation(&newest).0, "#{7}");
}

#[test]
fn check_digits_are_noticed() {
    let luhn = many(CheckDigit::Mod10, |n| format!("{n:07}"));
    assert_eq!(notation(&lent(&luhn)), ("#{8}".to_owned(), "mod10"));
    let seven = many(CheckDigit::Mod11, |n| {
        format!("{:09}", u64::from(n) * 3_571)
    });
    assert_eq!(notation(&lent(&seven)).1, "mod11");
    let rising = many(CheckDigit::Mod11Rising, |n| {
        format!("{:09}", u64::from(n) * 3_571)
    });
    assert_eq!(notation(&lent(&rising)).1, "mod11_rising");
    assert!(
        seven.iter().any(|one| one.ends_with('X')),
        "some end with ten"
    );
}

/// Published examples: a Luhn number, the English health service's, and a book's with ten.
#[test]
fn schemes_are_those_of_their_standards() {
    assert!(CheckDigit::Mod10.holds(b"79927398713"));
    assert!(!CheckDigit::Mod10.holds(b"79927398714"));
    assert!(CheckDigit::Mod11Rising.holds(b"943 476 5919"));
    assert!(CheckDigit::Mod11Rising.holds(b"0-8044-2957-X"));
    assert!(!CheckDigit::Mod11Rising.holds(b"943 476 5918"));
}

#[test]
fn a_slip_among_many_is_named_and_does_not_count() {
    let mut numbers = many(CheckDigit::Mod10, |n| format!("{n:07}"));
    numbers[3].push('9');
    let learned = learned(&lent(&numbers));
    assert_eq!(learned.strangers, [4]);
    assert_eq!(learned.shape.check(), CheckDigit::Mod10);
}

#[test]
fn samples_that_contradict_each_other_teach_nothing() {
    let mixed = [
        "MR-204118",
        "MR-998120",
        "77-1204",
        "AB5003",
        "71904",
        "MR-118822",
    ];
    assert_eq!(learn(&mixed).err(), Some(LearnError::Contradict));
    let four = [
        "MR-204118",
        "MR-998120",
        "MR-204118",
        "MR-998121",
        "MR-998122",
    ];
    assert_eq!(learn(&four).err(), Some(LearnError::TooFew));
    let phrase = ["MR-204118", "Mr. O'Neil 12", "MR-998120", "MR-1", "MR-2"];
    assert_eq!(learn(&phrase).err(), Some(LearnError::NoNumber(2)));
    let short = ["12", "77", "81", "90", "55"];
    assert_eq!(learn(&short).err(), Some(LearnError::TooShort));
    let all: Vec<String> = (0..201).map(|n| format!("MR-{n:06}")).collect();
    assert_eq!(learn(&lent(&all)).err(), Some(LearnError::TooMany));
}

#[test]
fn a_file_may_have_a_heading_and_quotes() {
    let file = "\u{feff}\"MRN\"\r\n\"MR-204118\"\r\nMR-998120;MR-120488\tMR-500312,MR-771904\n";
    let numbers = samples(file);
    assert_eq!(
        numbers,
        [
            "MR-204118",
            "MR-998120",
            "MR-120488",
            "MR-500312",
            "MR-771904"
        ]
    );
}

#[test]
fn what_any_text_has_too_is_said() {
    let looks = |notation: &str, check| {
        let shape = RecordNumber::parse(notation, check).expect("a shape");
        (shape.odds().one_in, shape.odds().looks)
    };
    assert_eq!(looks("#{7}", CheckDigit::None), (1, vec![Looks::Telephone]));
    assert_eq!(looks("#{5}", CheckDigit::Mod10), (10, vec![Looks::Zip]));
    let nine = looks("#{3}-#{2}-#{4}", CheckDigit::None).1;
    assert_eq!(nine, [Looks::Zip, Looks::SocialSecurity]);
    assert_eq!(
        looks("MR#{7}", CheckDigit::Mod11),
        (26 * 26 * 11, Vec::new())
    );
}

#[test]
fn the_notation_says_shapes_and_nothing_else() {
    for good in ["MR-#{6,8}", "@{2}#{7}", "#{2}-?#{4}", "A#{4}B"] {
        let shape = RecordNumber::parse(good, CheckDigit::None).expect(good);
        assert_eq!(shape.notation(), good);
    }
    for bad in [
        "", "MR", "#{3}", "#{4", "#{0}", "#{5,4}", "#{40}", "-#{6}", "#{6}-", "(a)#{6}", "#{+6}",
        "mr#{6}",
    ] {
        assert_eq!(
            RecordNumber::parse(bad, CheckDigit::None),
            Err(ShapeError),
            "{bad}"
        );
    }
}
