use super::{Token, Xml};
use crate::extracted::Because;

fn shown(document: &str) -> (String, Option<Because>) {
    let mut xml = Xml::of(document);
    let mut out = String::new();
    for token in &mut xml {
        match token {
            Token::Open(tag) => {
                out.push_str(&format!("<{}", tag.name));
                for (name, value) in tag.attributes() {
                    out.push_str(&format!(" {name}={value}"));
                }
                out.push('>');
            }
            Token::Close(name) => out.push_str(&format!("</{name}>")),
            Token::Text(text) => out.push_str(&text),
        }
    }
    (out, xml.lost())
}

#[test]
fn a_document_is_tags_and_texts() {
    let cases = [
        (
            "<a:b c:d='1' e=\"2&amp;3\">x&#65;</a:b>",
            "<b d=1 e=2&3>xA</b>",
        ),
        ("<?xml version='1.0'?><a/>", "<a></a>"),
        ("<a><![CDATA[1<2]]></a>", "<a>1<2</a>"),
        ("<a title='x > y'>t</a>", "<a title=x > y>t</a>"),
        ("<a><!-- seen --></a>", "<a> seen </a>"),
    ];
    for (document, expected) in cases {
        assert_eq!(shown(document), (expected.to_owned(), None), "{document}");
    }
}

#[test]
fn an_entity_of_the_documents_own_is_a_loss_and_never_grows() {
    let mut document = "<!DOCTYPE a [<!ENTITY l0 \"ha\">".to_owned();
    for n in 1..40 {
        document.push_str(&format!("<!ENTITY l{n} \"&l{0};&l{0};&l{0};\">", n - 1));
    }
    document.push_str("]><a>&l39;</a>");
    assert_eq!(
        shown(&document),
        ("<a>&l39;</a>".to_owned(), Some(Because::Entity))
    );
}

#[test]
fn a_tower_of_elements_ends_at_the_limit() {
    let (_, lost) = shown(&"<a>".repeat(100_000));
    assert_eq!(lost, Some(Because::LimitDepth));
}
