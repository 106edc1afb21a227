use std::collections::BTreeSet;

use super::*;

const REPLIES: &str = include_str!("replies.txt");

struct Said {
    line: String,
    provider: String,
    stage: Stage,
    code: u16,
    enhanced: Option<String>,
    text: String,
    means: String,
}

impl Said {
    fn reply(&self) -> Reply<'_> {
        Reply {
            stage: self.stage,
            code: self.code,
            enhanced: self.enhanced.as_deref(),
            text: &self.text,
        }
    }
}

fn replies() -> Vec<Said> {
    let lines = REPLIES.lines().filter(|line| is_reply(line));
    lines
        .map(|line| said(line).unwrap_or_else(|| panic!("{line}")))
        .collect()
}

fn is_reply(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

fn said(line: &str) -> Option<Said> {
    let (left, means) = line.rsplit_once(" => ")?;
    let mut parts = left.splitn(4, ' ');
    let (provider, stage) = (parts.next()?.to_owned(), stage(parts.next()?));
    let (code, text) = (parts.next()?.parse().ok()?, parts.next()?);
    let first = text.split(' ').next()?;
    let agrees = book::Status::parse(first).is_some() && first.starts_with(&left_digit(code));
    let (enhanced, text) = match agrees {
        true => (Some(first.to_owned()), text[first.len()..].trim_start()),
        false => (None, text),
    };
    Some(Said {
        line: line.to_owned(),
        provider,
        stage,
        code,
        enhanced,
        text: text.to_owned(),
        means: means.to_owned(),
    })
}

fn left_digit(code: u16) -> String {
    (code / 100).to_string()
}

fn stage(word: &str) -> Stage {
    match word {
        "opening" => Stage::Opening,
        "mail" => Stage::Mail,
        "rcpt" => Stage::Rcpt,
        "data" => Stage::Data,
        "final" => Stage::Final,
        "reported" => Stage::Reported,
        other => panic!("no stage: {other}"),
    }
}

#[test]
fn what_real_servers_say_is_understood() {
    let replies = replies();
    assert!(replies.len() >= 120, "{} replies", replies.len());
    let wrong: Vec<String> = replies
        .iter()
        .filter_map(|said| {
            let v = classify(&said.reply(), &said.provider);
            let got = format!("{} {} {}", v.class, v.scope, v.action);
            (got != said.means).then(|| format!("{}\n  {got} by {}", said.line, v.rule))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn replies_name_their_source_and_large_providers_are_heard() {
    let mut source = None;
    for line in REPLIES.lines() {
        match line.strip_prefix("# source: ") {
            Some(named) => source = Some(named),
            None => assert!(source.is_some() || !is_reply(line), "{line}"),
        }
    }
    let heard: BTreeSet<String> = replies().into_iter().map(|said| said.provider).collect();
    for name in [
        "google",
        "microsoft",
        "yahoo",
        "apple",
        "comcast",
        "proofpoint",
        "mimecast",
    ] {
        assert!(heard.contains(name), "{name}");
    }
}

#[test]
fn only_a_permanent_answer_about_one_mailbox_suppresses() {
    for said in replies() {
        for stage in [
            Stage::Opening,
            Stage::Mail,
            Stage::Rcpt,
            Stage::Final,
            Stage::Reported,
        ] {
            let v = classify(
                &Reply {
                    stage,
                    ..said.reply()
                },
                &said.provider,
            );
            if v.action == Action::Suppress {
                assert_eq!(v.scope, Scope::Recipient, "{}", said.line);
                assert!(said.code >= 500, "{}", said.line);
                assert!(
                    !matches!(stage, Stage::Opening | Stage::Mail),
                    "{}",
                    said.line
                );
            }
        }
    }
}

#[test]
fn a_bare_5yz_of_a_provider_known_for_it_never_suppresses() {
    for provider in ["yahoo", "gmx", "att", "qq"] {
        for said in replies() {
            let bare = Reply {
                enhanced: None,
                text: &said.text.replace('#', ""),
                ..said.reply()
            };
            let v = classify(&bare, provider);
            assert_ne!(v.action, Action::Suppress, "{provider}: {}", said.line);
        }
    }
}

#[test]
fn an_unknown_text_is_uncategorized_and_suppresses_nobody() {
    for code in [550, 554, 571, 599] {
        for stage in [Stage::Rcpt, Stage::Final, Stage::Reported] {
            let reply = Reply {
                stage,
                code,
                enhanced: None,
                text: "quux frobnicated",
            };
            let v = classify(&reply, "other");
            assert_eq!(v.class, Class::Uncategorized);
            assert_eq!(v.action, Action::Fail);
        }
    }
}

/// RFC 5321 §3.8: 421 closes the connection; it says nothing about the mailbox it came in answer to.
#[test]
fn a_421_speaks_of_the_connection_and_never_of_a_mailbox() {
    for said in replies() {
        let reply = Reply {
            code: 421,
            enhanced: None,
            ..said.reply()
        };
        let v = classify(&reply, &said.provider);
        assert!(
            matches!(v.scope, Scope::Us | Scope::OurAddress | Scope::OurDomain),
            "{}: {}",
            said.line,
            v.scope
        );
        assert!(matches!(outcome(&reply, &v), Outcome::Deferred(_)));
    }
}

/// RFC 5321 §4.5.3.1.10.
#[test]
fn a_552_to_rcpt_is_too_many_recipients_or_a_full_mailbox_and_is_tried_again() {
    for (enhanced, text) in [
        (None, "too many recipients"),
        (Some("5.2.2"), "full"),
        (None, ""),
    ] {
        let reply = Reply {
            stage: Stage::Rcpt,
            code: 552,
            enhanced,
            text,
        };
        let v = classify(&reply, "other");
        assert!(
            matches!(outcome(&reply, &v), Outcome::Deferred(_)),
            "{text}"
        );
    }
}

/// Greylisting is about one triple of sender, recipient and address: it must not rest a destination
/// and does not count toward suspending a source.
#[test]
fn greylisting_speaks_of_one_recipient() {
    for text in [
        "Greylisted, try again later",
        "graylisting in action",
        "come back in 5 minutes",
    ] {
        for enhanced in [None, Some("4.7.1"), Some("4.2.0")] {
            let reply = Reply {
                stage: Stage::Rcpt,
                code: 451,
                enhanced,
                text,
            };
            let v = classify(&reply, "other");
            assert_eq!(
                (v.scope, v.action),
                (Scope::Recipient, Action::Retry),
                "{text}"
            );
        }
    }
}

#[test]
fn a_mailbox_cannot_be_named_so_that_a_rule_reads_its_name() {
    for name in [
        "user-unknown",
        "no.such.user",
        "mailbox-full",
        "spamhaus",
        "virus",
    ] {
        let text = format!("<{name}@mail.example>: refused {name}@mail.example");
        let reply = Reply {
            stage: Stage::Rcpt,
            code: 550,
            enhanced: None,
            text: &text,
        };
        assert_eq!(
            classify(&reply, "other").class,
            Class::Uncategorized,
            "{name}"
        );
    }
}

#[test]
fn providers_are_known_by_the_end_of_their_hosts_names() {
    let of = |host: &str| provider(&Domain::parse(host).expect("a name"));
    assert_eq!(of("aspmx.l.google.com"), "google");
    assert_eq!(
        of("clinic-example.mail.protection.outlook.com"),
        "microsoft"
    );
    assert_eq!(of("mta5.am0.yahoodns.net"), "yahoo");
    assert_eq!(of("mx.notgoogle.com"), "other");
    assert_eq!(of("google.com.mail.example"), "other");
}

#[test]
fn the_shipped_rules_are_whole() {
    assert!(rules_version() >= 1);
    let faults = [
        "version = 1\nbare_never_suppresses = []\nrules = [{ id = \"x\", is = \"Nothing us fail\" }]\n[providers]\n",
        "version = 1\nbare_never_suppresses = []\nrules = [{ id = \"x\", is = \"SpamBlock us\" }]\n[providers]\n",
        "version = 1\nbare_never_suppresses = []\nrules = [{ id = \"x\", cod = [\"550\"], is = \"SpamBlock us fail\" }]\n[providers]\n",
        "version = 1\nbare_never_suppresses = []\nrules = [{ id = \"x\", code = [\"55\"], is = \"SpamBlock us fail\" }]\n[providers]\n",
        "version = 1\nbare_never_suppresses = []\nrules = [{ id = \"x\", status = [\"5.1\"], is = \"SpamBlock us fail\" }]\n[providers]\n",
        "version = 1\nbare_never_suppresses = []\nrules = [{ id = \"x\", text = '(', is = \"SpamBlock us fail\" }]\n[providers]\n",
    ];
    for fault in faults {
        assert!(Book::parse(fault).is_err(), "{fault}");
    }
}
