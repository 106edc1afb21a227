//! Ways the page of mail settings can look, and the questions before a change.

use flow::options::{MailOptions, MailView};

use super::{MailAsk, MailSettings};
use crate::face::Fault;
use crate::pages::Sample;

const LONG: &str = "northside-community-health-partnership-for-family-medicine.example";

pub fn pages() -> Vec<Sample<MailSettings>> {
    let page = |minimum, own| MailSettings::of(view(minimum, own), true);
    let new = MailSettings::of(MailView::default(), true);
    let declared = MailSettings {
        declared_free: vec!["news.northside.example".to_owned()],
        done: Some("lower"),
        ..page(false, None)
    };
    let no_mail = MailSettings {
        server_domain: None,
        ..page(true, Some("bounces.northside.example"))
    };
    let long_own = format!("bounces.{LONG}");
    let long = MailSettings {
        declared_free: vec![LONG.to_owned(), format!("news.{LONG}")],
        ..page(false, Some(long_own.as_str()))
    };
    let may_not = MailSettings {
        manages: false,
        ..page(true, Some("bounces.northside.example"))
    };
    let wrong = MailSettings {
        typed: "northside.example".to_owned(),
        faults: vec![Fault::new("bounce_domain", "bounce_domain")],
        ..page(true, None)
    };
    let spanish = MailSettings {
        done: Some("domain"),
        ..page(true, Some("bounces.northside.example"))
    };
    vec![
        Sample::new("empty", new),
        Sample::new("one", page(true, None)),
        Sample::new("many", page(true, Some("bounces.northside.example"))),
        Sample::new("declared", declared.clone()),
        Sample::new("no_mail", no_mail),
        Sample::new("long_names", long),
        Sample::new("may_not", may_not),
        Sample::new("error", wrong),
        Sample::spanish(spanish),
        Sample {
            name: "spanish_declared",
            ..Sample::spanish(declared)
        },
    ]
}

pub fn asks() -> Vec<Sample<MailAsk>> {
    let ask = |act, own: &str| MailAsk::new(act, &view(true, None), own.to_owned());
    let lower = MailAsk {
        declared_free: vec!["news.northside.example".to_owned()],
        ..ask("lower", "")
    };
    vec![
        Sample::new("lower", ask("lower", "")),
        Sample::new("lower_declared", lower.clone()),
        Sample::new("domain", ask("domain", "bounces.northside.example")),
        Sample::new("none", ask("none", "bounces.northside.example")),
        Sample::new("long_names", ask("domain", &format!("bounces.{LONG}"))),
        Sample::spanish(lower),
        Sample {
            name: "spanish_domain",
            ..Sample::spanish(ask("domain", "bounces.northside.example"))
        },
        Sample {
            name: "spanish_none",
            ..Sample::spanish(ask("none", "bounces.northside.example"))
        },
    ]
}

fn view(tls_minimum: bool, own: Option<&str>) -> MailView {
    MailView {
        options: MailOptions {
            tls_minimum,
            bounce_domain: own.map(str::to_owned),
        },
        domains: vec!["northside.example".to_owned()],
        declared_free: Vec::new(),
        server_domain: Some("bounces.host.example".to_owned()),
        hostname: "mail.host.example".to_owned(),
    }
}
