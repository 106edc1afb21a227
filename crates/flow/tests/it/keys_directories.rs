//! Certificates that directories give out: asked for where one is on record and the message wants it, judged like any
//! other, and never a reason for mail not to go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ctx::Role;
use flow::keys::{Answers, Asked, Directories, DirectorySpec, Reply, Search, Tried, Values};
use model::{
    Code, DirectoryStep, DirectoryTls, KeySource, KeyStanding, Method, Outcome, Secret, limits,
};
use seal::smime::{Trust, open_message};

use crate::clinic::Clinic;
use crate::keys::certified;
use crate::letters::{address, letter, octets};
use crate::{code, on_disk};

const LEE: &str = "lee@peer.example";
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// Directories by their host, and what they were asked.
#[derive(Default)]
struct Elsewhere {
    has: Mutex<BTreeMap<(String, String), Values>>,
    broken: Mutex<Vec<String>>,
    asked: Mutex<Vec<(String, String)>>,
}

impl Elsewhere {
    fn of(clinic: &Clinic) -> Arc<Self> {
        let elsewhere = Arc::new(Self::default());
        clinic.flow.look_keys_up_by(elsewhere.clone());
        elsewhere
    }
    fn has(&self, host: &str, of: &str, values: &[&[u8]]) {
        let values = values.iter().map(|value| value.to_vec()).collect();
        let mut has = self.has.lock().expect("whole");
        has.insert((host.to_owned(), of.to_owned()), values);
    }
    fn breaks(&self, host: &str) {
        self.broken.lock().expect("whole").push(host.to_owned());
    }
    fn taken_asked(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.asked.lock().expect("whole"))
    }
    fn reply(&self, host: &str, of: &str) -> Reply<Values> {
        let place = (host.to_owned(), of.to_owned());
        self.asked.lock().expect("whole").push(place.clone());
        if self.broken.lock().expect("whole").iter().any(|b| b == host) {
            return Reply::Fault;
        }
        let found = self.has.lock().expect("whole").get(&place).cloned();
        found.map_or(Reply::None, Reply::Found)
    }
}

impl Directories for Elsewhere {
    fn ask(&self, asked: Asked, wait: Duration) -> Answers {
        assert!(wait <= Duration::from_secs(5), "a sender waits for it");
        let of = |search: &Search| {
            let host = search.server.host.as_str();
            let addresses = search.addresses.iter();
            addresses
                .map(|one| self.reply(host, one.as_str()))
                .collect()
        };
        Answers {
            domains: asked.domains.iter().map(|_| Reply::Fault).collect(),
            searches: asked.searches.iter().map(of).collect(),
        }
    }
    fn try_out(&self, search: Search, _: Duration) -> Tried {
        let of = search.addresses[0].as_str();
        match self.reply(search.server.host.as_str(), of) {
            Reply::Found(values) => Tried {
                step: DirectoryStep::Searched,
                found: values.len(),
            },
            Reply::None => Tried {
                step: DirectoryStep::Searched,
                found: 0,
            },
            Reply::Fault => Tried {
                step: DirectoryStep::NotReached,
                found: 0,
            },
        }
    }
}

fn directory(name: &str, domains: &[&str]) -> DirectorySpec {
    DirectorySpec {
        name: name.to_owned(),
        host: format!("ldap.{name}.example"),
        port: 636,
        tls: DirectoryTls::Ldaps,
        base: "dc=peer".to_owned(),
        bind_name: None,
        password: None,
        roots: String::new(),
        domains: domains.iter().map(|&d| d.to_owned()).collect(),
    }
}

fn sent_by(clinic: &Clinic, to: &str) -> Method {
    let wish = flow::Letter {
        demanded: Some(Method::Smime),
        ..letter(&[to])
    };
    let receipt = clinic.submit(&clinic.staff, wish);
    receipt.expect("accepted").recipients[0].method
}

on_disk! {
    fn a_certificate_of_a_believed_authority_is_used_at_once_and_asked_for_once(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        let lee = certified(&clinic, LEE, YEAR);
        elsewhere.has("ldap.peer.example", LEE, &[lee.certificate().der()]);
        clinic.flow.add_authorities(&clinic.staff, lee.certificate().der())?;
        assert_eq!(sent_by(&clinic, LEE), Method::Portal);
        assert!(elsewhere.taken_asked().is_empty(), "nobody is asked until the organisation wants it");

        clinic.flow.add_directory(&clinic.staff, &directory("peer", &[]))?;
        clinic.take();
        assert_eq!(sent_by(&clinic, LEE), Method::Smime);
        clinic.work();
        let sent = octets(&clinic.deliver(Outcome::Accepted));
        assert!(open_message(&sent, &[&lee], &Trust::new(), clinic.world.now()).is_ok());
        assert_eq!(sent_by(&clinic, LEE), Method::Smime);
        assert_eq!(elsewhere.taken_asked().len(), 1, "one answer counts for a day");
        let found = clinic.flow.keys_of(&clinic.staff, &address(LEE))?;
        assert_eq!((found[0].source, found[0].standing), (KeySource::Ldap, KeyStanding::Active));
        assert!(!found[0].pinned, "nobody here vouched for it");
        clinic.clock.advance(limits::KEY_FOUND_FOR);
        sent_by(&clinic, LEE);
        assert_eq!(elsewhere.taken_asked().len(), 1, "its owner may have another one");
    }

    /// A directory says what it has, not what is true.
    fn what_is_no_usable_certificate_of_the_address_is_not_used(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        clinic.flow.add_directory(&clinic.staff, &directory("peer", &[]))?;
        let other = certified(&clinic, "mallory@peer.example", YEAR);
        let short = certified(&clinic, "bo@peer.example", Duration::from_secs(60));
        clinic.flow.add_authorities(&clinic.staff, other.certificate().der())?;
        clinic.flow.add_authorities(&clinic.staff, short.certificate().der())?;
        clinic.clock.advance(Duration::from_secs(3_600));
        elsewhere.has("ldap.peer.example", LEE, &[other.certificate().der(), b"no certificate"]);
        elsewhere.has("ldap.peer.example", "bo@peer.example", &[short.certificate().der()]);
        for name in [LEE, "bo@peer.example"] {
            assert_eq!(sent_by(&clinic, name), Method::Portal, "{name}");
            assert!(clinic.flow.keys_of(&clinic.staff, &address(name))?.is_empty(), "{name}");
        }
    }

    fn a_certificate_that_no_authority_vouches_for_waits(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        clinic.flow.add_directory(&clinic.staff, &directory("peer", &[]))?;
        let lee = certified(&clinic, LEE, YEAR);
        elsewhere.has("ldap.peer.example", LEE, &[lee.certificate().der()]);
        assert_eq!(sent_by(&clinic, LEE), Method::Portal);
        assert_eq!(clinic.flow.keys_of(&clinic.staff, &address(LEE))?[0].standing, KeyStanding::Waiting);
        clinic.flow.add_authorities(&clinic.staff, lee.certificate().der())?;
        clinic.clock.advance(limits::KEY_NONE_FOR);
        assert_eq!(sent_by(&clinic, LEE), Method::Smime, "an authority vouches for it since");
    }

    fn each_directory_is_asked_for_its_own_domains_and_a_dead_one_stops_nothing(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        clinic.flow.add_directory(&clinic.staff, &directory("one", &["peer.example"]))?;
        clinic.flow.add_directory(&clinic.staff, &directory("two", &["other.example"]))?;
        clinic.flow.add_directory(&clinic.staff, &directory("three", &["peer.example"]))?;
        elsewhere.breaks("ldap.one.example");
        let lee = certified(&clinic, LEE, YEAR);
        clinic.flow.add_authorities(&clinic.staff, lee.certificate().der())?;
        assert_eq!(sent_by(&clinic, LEE), Method::Portal);
        let asked = elsewhere.taken_asked();
        let hosts: Vec<&str> = asked.iter().map(|(host, _)| host.as_str()).collect();
        assert_eq!(hosts, ["ldap.one.example", "ldap.three.example"]);
        assert_eq!(sent_by(&clinic, LEE), Method::Portal);
        assert!(elsewhere.taken_asked().is_empty(), "a fault counts for a time too");

        elsewhere.has("ldap.three.example", LEE, &[lee.certificate().der()]);
        clinic.clock.advance(limits::KEY_FAULT_FOR);
        assert_eq!(sent_by(&clinic, LEE), Method::Smime, "one that has it is enough");
        elsewhere.taken_asked();
        assert_eq!(sent_by(&clinic, "ann@nowhere.example"), Method::Portal);
        assert_eq!(sent_by(&clinic, "nurse@clinic.example"), Method::Portal);
        clinic.send(&["bo@peer.example"]);
        assert!(elsewhere.taken_asked().is_empty(), "nobody hears of more recipients than have to be asked for");
    }

    fn a_changed_directory_is_asked_anew(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        let id = clinic.flow.add_directory(&clinic.staff, &directory("peer", &[]))?;
        sent_by(&clinic, LEE);
        elsewhere.taken_asked();
        clinic.flow.change_directory(&clinic.staff, id, &directory("other", &[]))?;
        sent_by(&clinic, LEE);
        assert_eq!(elsewhere.taken_asked(), [("ldap.other.example".to_owned(), LEE.to_owned())]);
        clinic.flow.remove_directory(&clinic.staff, id)?;
        clinic.clock.advance(limits::KEY_FOUND_FOR);
        sent_by(&clinic, LEE);
        assert!(elsewhere.taken_asked().is_empty());
        assert_eq!(code(clinic.flow.remove_directory(&clinic.staff, id)), Some(Code::NotFound));
    }

    /// What is lost of one is lost of that one: the others are listed and asked, and it can be removed.
    fn a_directory_that_does_not_open_stops_no_other(store) {
        let clinic = Clinic::open(store);
        let peer = Elsewhere::of(&clinic);
        let lost = clinic.flow.add_directory(&clinic.staff, &directory("lost", &[]))?;
        let kept = clinic.flow.add_directory(&clinic.staff, &directory("peer", &[]))?;
        let organisation = clinic.staff.organisation();
        clinic.flow.world().store.write(move |tx| {
            store::tables::item_keys::destroy(tx, lost.as_bytes(), organisation)
        })?;
        let listed = clinic.flow.directories(&clinic.staff)?;
        let names: Vec<String> = listed.into_iter().map(|one| one.name).collect();
        assert_eq!(names, [lost.to_string(), "peer".to_owned()]);
        sent_by(&clinic, LEE);
        assert!(!peer.taken_asked().is_empty(), "the other one is asked");
        clinic.flow.remove_directory(&clinic.staff, lost)?;
        let left: Vec<_> = clinic.flow.directories(&clinic.staff)?.into_iter().map(|one| one.id).collect();
        assert_eq!(left, [kept]);
    }

    /// It stays where nothing about its server changed, and goes nowhere else.
    fn a_password_is_for_the_server_that_it_was_given_for(store) {
        let clinic = Clinic::open(store);
        let flow = &clinic.flow;
        let bound = DirectorySpec {
            bind_name: Some("cn=reader".to_owned()),
            password: Some(Secret::new("oleander".to_owned())),
            ..directory("peer", &[])
        };
        let id = flow.add_directory(&clinic.staff, &bound)?;
        let without = DirectorySpec { password: None, ..bound.clone() };
        flow.change_directory(&clinic.staff, id, &without)?;
        let elsewhere = DirectorySpec { host: "ldap.mallory.example".to_owned(), ..without.clone() };
        assert_eq!(code(flow.change_directory(&clinic.staff, id, &elsewhere)), Some(Code::FieldMissing));
        let empty = DirectorySpec { password: Some(Secret::new(String::new())), ..bound.clone() };
        assert_eq!(code(flow.change_directory(&clinic.staff, id, &empty)), Some(Code::FieldInvalid));
        assert_eq!(code(flow.add_directory(&clinic.staff, &bound)), Some(Code::StateConflict), "the name is taken");
        for n in 1..limits::DIRECTORIES_MAX {
            flow.add_directory(&clinic.staff, &directory(&format!("peer-{n}"), &[]))?;
        }
        assert_eq!(code(flow.add_directory(&clinic.staff, &directory("more", &[]))), Some(Code::FieldInvalid));
        for wrong in [
            DirectorySpec { name: "Our Hospital".to_owned(), ..directory("peer", &[]) },
            DirectorySpec { host: "ldap hospital".to_owned(), ..directory("peer", &[]) },
            DirectorySpec { port: 0, ..directory("peer", &[]) },
            DirectorySpec { base: "dc=a\n".to_owned(), ..directory("peer", &[]) },
            directory("peer", &["not a domain"]),
        ] {
            assert_eq!(code(flow.change_directory(&clinic.staff, id, &wrong)), Some(Code::FieldInvalid));
        }
    }

    fn who_manages_encryption_alone_sees_and_tries_them(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        elsewhere.has("ldap.peer.example", LEE, &[b"one", b"two"]);
        let id = clinic.flow.add_directory(&clinic.staff, &directory("peer", &[]))?;
        let tried = clinic.flow.try_directory(&clinic.staff, id, &address(LEE))?;
        assert_eq!(tried, Tried { step: DirectoryStep::Searched, found: 2 });
        assert!(clinic.flow.keys_of(&clinic.staff, &address(LEE))?.is_empty(), "a trial keeps nothing");
        let staff = clinic.user(&[Role::Staff]);
        let forbidden = Some(Code::ActionForbidden);
        assert_eq!(code(clinic.flow.directories(&staff)), forbidden);
        assert_eq!(code(clinic.flow.try_directory(&staff, id, &address(LEE))), forbidden);
        assert_eq!(code(clinic.flow.add_directory(&staff, &directory("more", &[]))), forbidden);
        assert_eq!(code(clinic.flow.change_directory(&staff, id, &directory("more", &[]))), forbidden);
        assert_eq!(code(clinic.flow.remove_directory(&staff, id)), forbidden);
    }
}
