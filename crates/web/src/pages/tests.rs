use super::{Picture, pictures};
use crate::face::{Face, assets};

fn all() -> Vec<Picture> {
    let face = Face::new("/assets").expect("templates compile");
    pictures(&face).expect("every sample renders in strict mode")
}

/// One opening tag: its name and what follows.
struct Tag<'a> {
    name: &'a str,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    fn value(&self, attribute: &str) -> Option<&'a str> {
        let rest = self.rest.split_once(&format!(" {attribute}=\""))?.1;
        rest.split_once('"').map(|(value, _)| value)
    }
    fn has(&self, attribute: &str) -> bool {
        self.rest
            .split([' ', '>'])
            .any(|word| word == attribute || word.starts_with(&format!("{attribute}=")))
    }
}

/// Quotes are escaped in all values, so a `>` ends its tag.
fn tags(html: &str) -> Vec<Tag<'_>> {
    html.split('<')
        .skip(1)
        .filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(|tag| {
            let tag = tag.split('>').next().unwrap_or_default();
            let (name, _) = tag
                .split_once(|c: char| c.is_whitespace())
                .unwrap_or((tag, ""));
            Tag {
                name,
                rest: &tag[name.len()..],
            }
        })
        .collect()
}

#[test]
fn no_page_needs_an_exception_of_the_policy() {
    for p in all() {
        for tag in tags(&p.html) {
            let inline = tag.name == "style"
                || (tag.name == "script" && tag.value("src").is_none())
                || tag.has("style")
                || tag
                    .rest
                    .split_whitespace()
                    .any(|word| word.starts_with("on") && word.contains('='));
            assert!(
                !inline,
                "{} {}: <{}{}>",
                p.page, p.sample, tag.name, tag.rest
            );
            for attribute in ["src", "href", "action"] {
                let Some(value) = tag.value(attribute) else {
                    continue;
                };
                let foreign = value.contains("://") && tag.name != "a";
                assert!(
                    !foreign && !value.starts_with("data:"),
                    "{} {}: {value}",
                    p.page,
                    p.sample
                );
            }
        }
    }
}

#[test]
fn every_page_has_one_heading_a_language_and_a_way_past_the_frame() {
    for p in all() {
        let found = tags(&p.html);
        let count = |name: &str| found.iter().filter(|t| t.name == name).count();
        let place = format!("{} {}", p.page, p.sample);
        assert_eq!(count("h1"), 1, "{place}");
        assert_eq!(count("main"), 1, "{place}");
        assert_eq!(
            found
                .iter()
                .find(|t| t.name == "html")
                .and_then(|t| t.value("lang")),
            Some(p.lang.word()),
            "{place}"
        );
        assert!(
            p.html.contains("<a class=\"skip\" href=\"#main\">"),
            "{place}"
        );
        let title = p
            .html
            .split_once("<title>")
            .and_then(|(_, t)| t.split_once("</title>"))
            .map(|(t, _)| t.trim());
        assert!(
            title.is_some_and(|t| t.len() > 3 && !t.starts_with('·')),
            "{place}: {title:?}"
        );
    }
}

#[test]
fn headings_step_down_one_at_a_time() {
    for p in all() {
        let mut before = 0;
        // dialogs are closed until asked for, with an order of their own
        let main = p.html.split_once("<main").map_or("", |(_, main)| main);
        let main = main.split_once("</main>").map_or("", |(main, _)| main);
        for tag in tags(main) {
            let Some(level) = tag
                .name
                .strip_prefix('h')
                .and_then(|n| n.parse::<u32>().ok())
            else {
                continue;
            };
            assert!(
                level <= before + 1 || before == 0,
                "{} {}: h{level} after h{before}",
                p.page,
                p.sample
            );
            before = level;
        }
    }
}

#[test]
fn every_input_has_a_label_and_every_id_is_one() {
    for p in all() {
        let found = tags(&p.html);
        let place = format!("{} {}", p.page, p.sample);
        let mut ids: Vec<&str> = found.iter().filter_map(|t| t.value("id")).collect();
        ids.sort_unstable();
        assert!(
            ids.windows(2).all(|pair| pair[0] != pair[1]),
            "{place}: an id twice"
        );
        for tag in found
            .iter()
            .filter(|t| matches!(t.name, "input" | "select" | "textarea"))
        {
            if tag.value("type") == Some("hidden") || tag.has("hidden") {
                continue;
            }
            let labelled = match tag.value("id") {
                Some(id) => found
                    .iter()
                    .any(|t| t.name == "label" && t.value("for") == Some(id)),
                // a checkbox sits inside its label
                None => tag.value("type") == Some("checkbox"),
            };
            assert!(labelled, "{place}: <{}{}>", tag.name, tag.rest);
        }
        for tag in &found {
            for attribute in ["aria-describedby", "aria-labelledby", "for"] {
                for id in tag.value(attribute).unwrap_or_default().split_whitespace() {
                    assert!(
                        ids.contains(&id),
                        "{place}: {attribute} names {id}, which is not there"
                    );
                }
            }
            if let Some(anchor) = tag
                .value("href")
                .and_then(|href| href.strip_prefix("#i-").map(|_| &href[1..]))
            {
                assert!(ids.contains(&anchor), "{place}: no drawing {anchor}");
            }
        }
    }
}

#[test]
fn every_form_that_acts_carries_its_token() {
    for p in all() {
        for form in p.html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let acts = form
                .split('>')
                .next()
                .is_some_and(|head| head.contains("method=\"post\""));
            assert_eq!(
                acts,
                form.contains("name=\"csrf\""),
                "{} {}",
                p.page,
                p.sample
            );
        }
    }
}

#[test]
fn errors_are_said_above_and_beside() {
    for p in all()
        .iter()
        .filter(|p| p.html.contains("class=\"summary\""))
    {
        let summary = p
            .html
            .split_once("class=\"summary\"")
            .and_then(|(_, s)| s.split_once("</div>"))
            .map_or("", |s| s.0);
        let links = tags(summary)
            .into_iter()
            .filter_map(|t| t.value("href"))
            .collect::<Vec<_>>();
        assert!(!links.is_empty(), "{} {}", p.page, p.sample);
        for link in links {
            let target = format!("id=\"{}\"", link.trim_start_matches('#'));
            assert!(
                p.html.contains(&target),
                "{} {}: {link} leads nowhere",
                p.page,
                p.sample
            );
        }
    }
}

/// What anyone who holds a link sees tells nothing about the message or its reader.
#[test]
fn the_landing_page_is_neutral() {
    for p in all()
        .iter()
        .filter(|p| p.page == "portal/landing" || p.page == "portal/enter_code")
    {
        for telling in ["Pat", "@", "results", "Okafor"] {
            assert!(
                !p.html.contains(telling),
                "{} {} says {telling}",
                p.page,
                p.sample
            );
        }
    }
}

/// DESIGN §12: a portal page is under 60 KB over the wire, with all it loads and no compression.
#[test]
fn a_portal_page_is_small() {
    for p in all().iter().filter(|p| p.page.starts_with("portal/")) {
        let loaded: usize = assets::ALL
            .iter()
            .filter(|a| p.html.contains(&a.path()))
            .map(|a| a.bytes.len())
            .sum();
        let total = p.html.len() + loaded;
        assert!(total < 60_000, "{} {}: {total} octets", p.page, p.sample);
    }
}

#[test]
fn every_page_is_shown_in_spanish_too() {
    let all = all();
    let mut pages: Vec<&str> = all.iter().map(|p| p.page.as_str()).collect();
    pages.dedup();
    assert!(pages.len() >= 16);
    for page in pages {
        assert!(
            all.iter().any(|p| p.page == page && p.sample == "spanish"),
            "{page}"
        );
    }
}
