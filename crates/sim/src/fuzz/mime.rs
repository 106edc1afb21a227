//! Messages: their structure, their texts, and what is looked for in these.

use std::sync::LazyLock;

use model::limits;
use phi::{PartKind, Scanner};

use super::text;
use crate::kit::hostile::{Target, texts};

const LETTER: &str = "Received: by a.example; Tue, 3 Mar 2026 14:10:00 +0000\nFrom: =?utf-8?q?Jos=C3=A9?= <a@b.example>, c@d.example\nTo: x: a@b.example, c@d.example;\nSubject: =?iso-2022-jp?b?GyRCRnxLXBsoQg==?= =?utf-7?q?+AOk-?=\nMIME-Version: 1.0\nMessage-ID: <1@b.example>\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nBorn 1980-02-03, SSN 536-90-4399=\n, caf=E9\n--c\nContent-Type: text/html\n\n<p title=\"x\">hi<br>&amp;&#x41;<!-- c --><script>x</script><style>a{}</style>\n--c--\n--b\nContent-Type: application/pdf; name*0*=utf-8''a%20; name*1=b.pdf\nContent-Disposition: attachment; filename=\"../../a.pdf\"\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--b\nContent-Type: message/rfc822\n\nFrom: x@y.example\nSubject: inner\n\nbody\n--b--\n";

pub const MESSAGES: Target = Target {
    name: "messages",
    seeds: || {
        texts(&[
            LETTER,
            "Subject: plain\n\nhello\n> quoted\n\nOn Tue, A wrote:\n> x\n",
            "\n\n",
            "From:\n x\n",
        ])
    },
    words: &[
        "Content-Type: multipart/mixed; boundary=b\r\n",
        "Content-Type: message/rfc822\r\n\r\n",
        "--b\r\n",
        "--b--\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "charset=utf-7",
        "charset=utf-16le",
        "charset=gb18030",
        "=?utf-8?b?",
        "?=",
        "boundary=",
        "boundary=\"\"",
        "filename*0*=",
        "<table>",
        "<div ",
        "<bdo dir=rtl>",
        "<i hidden>",
        "<a href=\"data:text/plain;base64,",
        "<!--",
        "\\u0041",
        "%41%42",
        "\u{202e}",
        "1 2 3 4 5 6 7 ",
        "begin 644 a\n#0V%T\n`\nend\n",
        "-----BEGIN X-----\n",
        "SSN123456",
        "charset=utf-16",
        "&#",
        "=3D",
        "=\r\n",
    ],
    read: message,
    // The same words may be heard as a part, as an attachment's, and as those of a message inside.
    most: (20_000, 30),
};

fn message(input: &[u8]) -> usize {
    let head = mail::header_block_end(input);
    assert!(head <= input.len());
    let changed = mail::replace_subject(input, "Secure message");
    assert!(changed.ends_with(&input[head..]), "the body stays as it is");
    let Ok(message) = mail::parse(input) else {
        return changed.len();
    };
    let texts = message.texts();
    for (text, more) in message.texts_with_readings() {
        let blanked = more.blanked(&text.text);
        assert_eq!(blanked.len(), text.text.len(), "places stay what they were");
        let read = more
            .texts
            .iter()
            .chain(&more.told)
            .map(String::len)
            .chain(more.enclosed.iter().map(|file| file.octets.len()));
        let read: usize = read.sum();
        assert!(
            read <= 40 * (input.len() + 100),
            "{read} octets of {}",
            input.len()
        );
    }
    let attachments = message.attachments();
    assert!(
        attachments.len() <= limits::MIME_PARTS_MAX && texts.len() <= 4 * limits::MIME_PARTS_MAX
    );
    let mut came = texts.iter().map(|part| part.text.len()).sum::<usize>();
    came += attachments
        .iter()
        .map(|part| part.name.as_deref().map_or(0, str::len))
        .sum::<usize>();
    came += [message.body_text(), message.body_html()]
        .into_iter()
        .flatten()
        .map(|t| t.len())
        .sum::<usize>();
    came += message
        .display_names()
        .iter()
        .map(String::len)
        .sum::<usize>();
    came +=
        message.from().len() + message.recipients_in_headers().len() + message.unreadable().len();
    came += message.subject().map_or(0, str::len) + message.received_count();
    came + mail::report::automatic(&message, false).word().len()
}

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

pub const SCAN: Target = Target {
    name: "scan",
    seeds: || {
        texts(&[
            "Your number is 536-90-4399, card 4111 1111 1111 1111, born 3 February 1980, MRN: 00482913.\n",
            "diagnosis: melanoma; ICD-10 C43.9; metformin 500 mg; call (212) 555-0123 or pat@mail.example\n",
            "Dear Monica,\nMonica 's diary: her A1c is high. Weller: NPO. Peter's asthma, my results, 's her 's\n",
            "ＳＳＮ ５３６-９０-４３９９ \u{200b}5\u{200b}3\u{200b}6\n",
        ])
    },
    words: &[
        "SSN ",
        "Maria ",
        "'s ",
        " her asthma",
        "Dear ",
        ": ",
        "MRN ",
        "DOB ",
        "536-90-4399",
        "4111111111111111",
        "mg",
        "\u{200b}",
        "-",
        " ",
        "1980",
        "@",
    ],
    read: |input| {
        let text = text(input);
        let own = phi::Own::new();
        let with = phi::Reading {
            token: &|_| [0; 32],
            own: &own,
            registry: None,
            patterns: None,
        };
        let findings = SCANNER.scan(&[phi::Part::new(PartKind::Body, &text)], &with);
        findings.findings.len()
    },
    most: (20, 1),
};
