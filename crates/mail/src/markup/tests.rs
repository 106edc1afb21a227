use super::*;

#[test]
fn tags_end_where_browsers_end_them() {
    type Attributes = &'static [(&'static str, &'static str)];
    let cases: &[(&str, usize, Attributes)] = &[
        ("<p>x", 3, &[]),
        ("</p x=\">\">y", 10, &[("x", ">")]),
        ("<a b = 'c>d' e>f", 15, &[("b", "c>d"), ("e", "")]),
        ("<a b=c\">d", 8, &[("b", "c\"")]),
        ("<a =\">b\">", 6, &[("=\"", "")]),
        ("<a b==\">c\">", 8, &[("b", "=\"")]),
        ("<br/>", 5, &[]),
        ("<a b='1' b=\"2\"/>", 16, &[("b", "1"), ("b", "2")]),
        (
            "<p title=\"never closed>seen",
            23,
            &[("title", "never closed")],
        ),
    ];
    for (html, octets, attributes) in cases {
        let tag = Tags::default().read(html).expect(html);
        assert_eq!(
            (tag.octets, tag.attributes.as_slice()),
            (*octets, *attributes),
            "{html}"
        );
    }
    let none = |html| Tags::default().read(html).is_none();
    assert!(none("<a b") && none("</"));
}

#[test]
fn entities_are_those_of_browsers() {
    let cases = [
        ("a&amp;b&lt", "a&b<"),
        ("1&#45;2&#x2D;3&#452;", "1-2-3Ǆ"),
        ("1&#150;2&#x80", "1–2€"),
        ("1&#45a", "1-a"),
        ("1&shy09&nbsp;2&nbsp3", "1\u{ad}09 2 3"),
        (
            "&unknown; &; & &#; &#x; &#xd800;",
            "&unknown; &; & &#; &#x; \u{fffd}",
        ),
        ("&hyphen;&ndash;", "‐–"),
    ];
    for (text, read) in cases {
        assert_eq!(unescape(text), read, "{text}");
    }
}

#[test]
fn style_sheets_say_strings_and_comments() {
    let cases = [
        ("p{color:#123456789;content:'a\\32 b\\'c'}", "a2b'c", false),
        (
            "/* one */ p{font:\"x\" url(a/b)} /* two",
            "one|x|two",
            false,
        ),
        (
            "p{background:url( data:,SSN%20219 )} b{background:URL(a:b",
            "data:,SSN%20219|a:b",
            false,
        ),
        ("p { unicode-bidi : BIDI-OVERRIDE }", "", true),
        ("only words", "only words", false),
        ("p{a:'never closed\n b:c}", "never closed", false),
    ];
    for (css, words, turns) in cases {
        let sheet = sheet(css);
        assert_eq!(
            (sheet.words.trim().replace('\n', "|").as_str(), sheet.turns),
            (words, turns),
            "{css}"
        );
    }
}

/// Each would hold all that follow, were it not for the one before.
#[test]
fn what_a_sheet_says_is_no_longer_than_it() {
    let css = format!("a{{{}", "url(a:".repeat(20_000));
    assert!(sheet(&css).words.len() <= css.len());
}

#[test]
fn style_sheets_hide_classes_and_ids() {
    let cases: &[(&str, &[&str])] = &[
        (".a{display:none}", &[".a"]),
        ("p .a.B:hover, #c { Display : None }", &[".a", ".B", "#c"]),
        ("@media all{.a{color:red}.b{font-size:0}}", &[".b"]),
        ("/* .x */.a{visibility:hidden} p{display:none}", &[".a"]),
        (".a{display:block}", &[]),
        (".a{display:none", &[]),
    ];
    for (css, hides) in cases {
        assert_eq!(sheet(css).hides, *hides, "{css}");
    }
    let page = "<p class='x A' id=i>one</p><style>.A{opacity:0} #i{color:red}</style>";
    let tags = Tags::of(page);
    let hides = |html: &str| tags.hides(&Tags::default().read(html).expect(html));
    assert!(hides("<b class='x A'>") && !hides("<b class=x>") && !hides("<b id=i>"));
}

/// Each of these would be read to its end, which is never met, were it not for the first that was.
#[test]
fn a_page_that_never_ends_a_tag_is_read_once() {
    let page = "<a x='>'".repeat(200_000);
    let (mut tags, mut rest, mut count) = (Tags::default(), page.as_str(), 0);
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let Some(tag) = tags.read(rest) else { break };
        rest = &rest[tag.octets..];
        count += 1;
    }
    assert_eq!(count, 200_000);
}
