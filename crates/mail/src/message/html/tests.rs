use super::to_text;

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
        (
            "a<!-- 123-45-6789 --><!-- <b>x</b> -->b",
            "a 123-45-6789 x b",
        ),
        ("<!DOCTYPE html><?xml x?>seen", "seen"),
        ("<img alt=\"Pat's scan\" src=x>seen", "Pat's scan seen"),
        ("<a href='?a>b' title=T>link</a>", "T link"),
        ("<td>a</td><td>b</td>", "a b"),
        ("2 < 3 and <unclosed", "2 < 3 and <unclosed"),
        ("<p title=\"never closed>seen", "never closed\nseen"),
        ("<!-- never closed 1", "never closed 1"),
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
