use super::{read, to_text};

#[test]
fn text_of_html() {
    let cases = [
        ("<p>Hello <b>Pat</b></p><p>Bye</p>", "Hello Pat\nBye\n"),
        ("123-<b>45</b>-6789", "123-45-6789"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("one\n   two\t three", "one two three"),
        (
            "&lt;tag&gt; &amp; &eacute;&#233;&#xE9;&#233 &nbsp;x &unknown; & &;",
            "<tag> & éééé  x &unknown; & &;",
        ),
        ("<style>p { color: #123456789 }</style>seen", "seen"),
        ("<STYLE>x</Style >seen", "seen"),
        ("<div style='display:none'>hidden</div>seen", "hidden\nseen"),
        ("a<!-- 123-45-6789 --><!-- <b>x</b> -->b", "ab"),
        ("<!DOCTYPE html><?xml x?>seen", "seen"),
        ("<img alt=\"Pat's scan\" src=x>seen", "Pat's scan seen"),
        ("<a href='?a>b' title=T>link</a>", "T link"),
        ("<td>a</td><td>b</td>", "a b"),
        ("2 < 3 and <unclosed", "2 < 3 and <unclosed"),
        ("<p title=\"never closed>seen", "never closed\nseen"),
        ("<!-- never closed 1", ""),
        ("dia<!-- -->betes", "diabetes"),
        ("dia<b title='x'>betes", "diabetes"),
        ("<bdo dir=rtl>321</bdo>", "\u{202e}321\u{202c}"),
        ("", ""),
    ];
    for (html, text) in cases {
        assert_eq!(
            to_text(html).trim_end_matches(' '),
            text.trim_end_matches(' '),
            "{html}"
        );
    }
}

/// What a reader is not shown is kept apart, so that it parts no word.
#[test]
fn what_stands_beside_the_text_is_told() {
    let cases = [
        ("a<!-- 123-45-6789 --><!-- <b>x</b> -->b", "123-45-6789|x"),
        ("<!note y>a<?z?>", "note y|z?"),
        ("a<b title=T>b</b>", "T"),
        ("<a href='https://x.example/?b=c%20d'>a</a>", "/|b: c d"),
        ("<style>p::before{content:'s'}</style>", "s"),
        ("<p data-x='y z' srcdoc='<b>w'>", "y z|<b>w"),
        ("<!-- <a href='mailto:?body=q'> -->", "body: q"),
    ];
    for (html, told) in cases {
        let mut page = read(html);
        let text = std::mem::take(&mut page.text);
        let texts = page.readings(&text).told;
        let first = texts.first().map(|text| text.trim().replace('\n', "|"));
        assert_eq!(first.as_deref(), Some(told), "{html}");
    }
    let mut page = read("219<i hidden>7</i>-09<i style='display: none'>8</i>-9999");
    let text = std::mem::take(&mut page.text);
    assert_eq!(page.readings(&text).texts, ["219-09-9999"]);
}
