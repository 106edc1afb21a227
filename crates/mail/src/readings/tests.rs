use super::*;

#[test]
fn what_reads_otherwise_is_told_with_the_words_around_it() {
    let cases: &[(&str, &[&str])] = &[
        ("plain words, 100% of C:\\users", &[]),
        ("SSN 219\\u002d09", &["SSN 219-09"]),
        (
            "a\\x2db\\u{2d}c \\xzz \\u{110000}",
            &["a-b-c \\xzz \\u{110000}", "abc \\xzz \\u{110000}"],
        ),
        (
            "see https://x.example/a?ssn=1%2D2&b=c+d .",
            &["see /a\nssn: 1-2\nb: c d\n ."],
        ),
        ("a \u{202e}321\u{202c} b", &["a 123\u{202c} b"]),
        ("no 2 1 9 - 0 9 - 9 9 9 9 x y", &["no 219-09-9999xy"]),
        ("2\n1\n9\n0\n9\n9\n9", &["2190999"]),
        ("1 2 3\n4 5 6\n7 8 9", &[]),
        ("2 1 9 0 9 9 9, 1 2", &["2190999, 1 2"]),
        ("SSN219099999x", &["SSN 219099999 x"]),
        ("mrn_4839201", &["mrn_ 4839201 "]),
        ("model219099999x, SSN12", &[]),
        ("code U1NOIDIxOS0wOS05OTk5, x", &["code SSN 219-09-9999, x"]),
        (
            "id dGhpcyBpcyBub3Qg4pyTCg bb3Qg4pyTCgAA0011",
            &["id this is not ✓\n bb3Qg4pyTCgAA0011"],
        ),
        ("&#50;&#49;&#x39; &#; &amp; &#2", &["219 &#; &amp; \u{2}"]),
        (
            "a\u{e0053}\u{e0053}\u{e004e} b\u{e0001}",
            &["aSSN b\u{e0001}"],
        ),
        (
            "is two one nine, zero nine, Nine nine nine nine.",
            &["is 219099999."],
        ),
        (
            "is two nineteen, oh nine, ninety-nine ninety nine, thanks",
            &["is 219099999, thanks"],
        ),
        (
            "is double two one triple nine twelve; twenty. thirteen",
            &["is 221999122013"],
        ),
        (
            "es dos diecinueve, cero nueve, noventa y nueve noventa y nueve y ya",
            &["es 219099999 y ya"],
        ),
        (
            "es dos uno nueve guión cero nueve guion nueve nueve nueve nueve",
            &["es 219-09-9999"],
        ),
        ("S-S-N: 5-3-6-2-2-8-1-7-4, h_i_v", &["SSN: 536228174, hiv"]),
        ("1.2.3 and 1-2-3-4 or a-b u.s. e-mail", &[]),
        ("5\u{fe0f}\u{20e3}3\u{fe0f}\u{20e3}6", &["536"]),
        ("21\\071-09", &["219-09"]),
        ("one two three four, then five six seven", &[]),
        ("one or two of the four, nine of six, seven", &[]),
        ("hospitalizations/internationally/acknowledgement", &[]),
        (
            "9f86d081884c7d659a2feaa0c55ad015 6BA7B8109DAD11D180B400C04FD430C8",
            &[],
        ),
    ];
    for (text, told) in cases {
        let texts = readings(text).texts;
        let texts: Vec<&str> = texts
            .iter()
            .map(|text| text.trim_end_matches('\n'))
            .collect();
        assert_eq!(texts, *told, "{text}");
    }
}

/// Each builds on the one before it.
#[test]
fn readings_build_on_each_other() {
    let texts = readings("see mailto:a?b=219%252D09%252D9999").texts;
    assert!(
        texts.iter().any(|text| text.contains("219-09-9999")),
        "{texts:?}"
    );
    let texts = readings("2 1 9 \\u002d 0 9 \\u002d 9 9 9 9").texts;
    assert_eq!(texts.last().map(|text| text.trim()), Some("219-09-9999"));
}

#[test]
fn what_is_far_from_a_change_is_not_told_again() {
    let far = "word ".repeat(1_000);
    let texts = readings(&format!("{far}\\u0041{far}")).texts;
    assert!(
        texts[0].contains('A') && texts[0].len() < 900,
        "{}",
        texts[0].len()
    );
}

#[test]
fn a_long_change_is_told_whole() {
    let long = "word ".repeat(400);
    let turned: String = format!("{long}219-09-9999 {long}").chars().rev().collect();
    let texts = readings(&format!("\u{202e}{turned}\u{202c}")).texts;
    assert!(texts[0].contains("219-09-9999"), "{}", texts[0].len());
}

fn enclosed(text: &str) -> Vec<(String, String)> {
    let readings = readings(text);
    assert_eq!(readings.doubt, None, "{text}");
    let files = readings.enclosed.iter();
    files
        .map(|file| {
            (
                file.name.clone(),
                String::from_utf8_lossy(&file.octets).into_owned(),
            )
        })
        .collect()
}

#[test]
fn files_that_stand_in_a_text_are_taken_out() {
    let file = |name: &str, text: &str| vec![(name.to_owned(), text.to_owned())];
    let uu = "x\nbegin 644 a b.txt\n#0V%T\n`\nend\ny";
    assert_eq!(enclosed(uu), file("a b.txt", "Cat"));
    assert_eq!(
        enclosed("begin-base64 644 a\nQ2F0\n====\n"),
        file("a", "Cat")
    );
    assert_eq!(
        readings(uu).blanked(uu).trim_matches(['x', 'y', '\n', ' ']),
        ""
    );
    assert_eq!(enclosed("begin 644 words\nof no code\n"), []);
    let block = "U1NOIDIxOS0wOS05OTk5LCBk\n".repeat(4);
    assert_eq!(enclosed(&block), file("", &"SSN 219-09-9999, d".repeat(4)));
    assert_eq!(
        enclosed(&format!("> {}", block.replace("\nU", "\n> U"))).len(),
        1
    );
    assert_eq!(enclosed(&block.replace('\n', "")), []);
    let short = "U1NOIDIx\nOS0wOS05\nOTk5LCBk\nU1NOIDIx\nOS0w\n";
    assert_eq!(enclosed(short), file("", "SSN 219-09-9999, dSSN 219-0"));
    assert_eq!(
        enclosed(&"Marianne\nMcDonald\nWinifred\nLisaMay1\n".repeat(2)),
        []
    );
    let run = block.replace('\n', "").repeat(3);
    assert_eq!(enclosed(&format!("{{\"a\":\"{run}\"}}")).len(), 1);
    assert_eq!(enclosed(&"reallylongwordswithoutend\n".repeat(9)), []);
    assert_eq!(readings("=ybegin line=128 size=9\n").doubt, Some("encoded"));
}

/// What is what its dress says stays as it stands.
#[test]
fn armour_is_opened_only_where_it_is_none() {
    let dressed = |kind: &str, line: &str| {
        format!(
            "-----BEGIN {kind}-----\nVersion: 1\n\n{}=abcd\n-----END {kind}-----\n",
            format!("{line}\n").repeat(5)
        )
    };
    let der = [
        "MIF1CzBVep/E6Q4zWH2ix+wRNluApcrv",
        "FDleg6jN8hc8YYar0PUaP2SJrtP4HUJn",
        "jLHW+yBFao+02f4jSG2St9wBJktwlbrf",
        "BClOc5i94gcsUXabwOUKL1R5nsPoDTJX",
        "fKHG6xA1Wn+kye4TOF2Cp8zxFjtgharP",
    ];
    let certificate = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        der.join("\n")
    );
    assert_eq!(enclosed(&certificate), []);
    let longer = certificate.replace("\n-----END", "\nU1NOIDIxOS0wOS05OTk5LCBk\n-----END");
    assert_eq!(readings(&longer).doubt, Some("encoded"));
    assert_eq!(
        enclosed(&dressed(
            "PGP SIGNATURE",
            "wsBcBAEBCgAGBQJjJ5s1x2aS4dfgAwIB"
        )),
        []
    );
    assert_eq!(
        enclosed(&dressed("PGP SIGNATURE", "U1NOIDIxOS0wOS05OTk5LCBk")).len(),
        1
    );
}

/// Words that are dressed as letters of a picture would be read by nobody.
#[test]
fn only_what_is_text_throughout_is_taken_for_read() {
    let words = "begin 644 a.gif\n)1TE&.#EA`0`!\n5MARIA LOPEZ, SSN 219-09-9999\nend\n";
    let read = readings(words);
    assert_eq!((read.enclosed.len(), read.doubt), (1, Some("encoded")));
    let picture = "R0lGODlhAQABAAAAACwAAAAA\n".repeat(4);
    assert_eq!(readings(&picture).doubt, Some("encoded"));
    assert_eq!(readings("begin 644 a\n#0V%T\n`\nend\n").doubt, None);
}

#[test]
fn there_are_only_so_many_files() {
    let many = "begin 644 a\n#0V%T\n`\nend\n".repeat(ENCLOSED_MAX + 1);
    let readings = readings(&many);
    assert_eq!(
        (readings.enclosed.len(), readings.doubt),
        (ENCLOSED_MAX, Some("encoded"))
    );
}

#[test]
fn links_are_words_behind_their_host() {
    let said = |target: &str| match link(target) {
        Link::Nothing => String::new(),
        Link::Words(words) => words.trim().replace('\n', "|"),
        Link::File(file) => format!(
            "{}={}",
            file.content_type,
            String::from_utf8_lossy(&file.octets)
        ),
    };
    let cases = [
        ("https://diabetes.example", ""),
        (
            "https://diabetes.example/a%20b?c=d&e=f%26#g",
            "/a b|c: d|e: f&|g",
        ),
        ("mailto:a@x.example?body=b+c%2Fd", "a@x.example|body: b c/d"),
        ("MAILTO:a%40x.example", "a@x.example"),
        ("data:,a%20b", "=a b"),
        ("DATA:Text/Plain;charset=x;base64,Q2F0", "text/plain=Cat"),
        ("cid:a@b", ""),
        ("/p?q=caf%E9", "/p|q: café"),
    ];
    for (target, words) in cases {
        assert_eq!(said(target), words, "{target}");
    }
    assert_eq!(
        said(&format!("https://t.example/{}/a", "Zx0_".repeat(15))),
        ""
    );
}
