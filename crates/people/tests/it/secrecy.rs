//! What is written down and what is said: no password, no key, no name.

use ctx::Role;
use model::Mode;
use people::NewApp;
use sim::kit::{Engine, store_on};

use crate::house::{House, PASSWORD, new_user, secret};

/// Every refusal that is given a secret, as it would be logged.
#[test]
fn errors_say_no_secret() -> Result<(), model::Error> {
    let store = store_on(Engine::Memory);
    let house = House::open(&store);
    let (_, totp) = house.enrolled();
    let new = NewApp {
        name: "a".into(),
        scopes: vec![],
        senders: vec![],
        basic_allowed: false,
    };
    let app = house.people.create_app(&house.system, new)?;
    let key = house
        .people
        .create_key(&house.system, app, Mode::Live, None)?;
    let whole = key.shown_once.expose().clone();
    let typed = "KanariTypedPassword";
    let weak = people::NewUser {
        password: secret("Kanari"),
        ..new_user(house.organisation, "k@kanari.example", &[Role::Staff])
    };
    let wrong = house.wrong(&totp);
    let errors = [
        house.sign_in(typed).err(),
        house
            .people
            .sign_in("kanari@kanari.example", &secret(typed))
            .err(),
        house.people.second_factor(&house.pending(), &wrong).err(),
        house.people.create_user(&house.system, weak).err(),
        house.people.authenticate_key(&format!("{whole}x")).err(),
        house
            .people
            .authenticate_basic(&key.id.to_string(), &secret(&whole))
            .err(),
        house.people.session(&whole).err(),
    ];
    for (i, error) in errors.into_iter().enumerate() {
        let error = error.unwrap_or_else(|| panic!("attempt {i} is refused"));
        let mut said = format!("{error} {error:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            said.push_str(&format!(" {inner} {inner:?}"));
            cause = inner.source();
        }
        for secret in [
            "anari",
            PASSWORD,
            whole.as_str(),
            &whole[40..],
            wrong.as_str(),
        ] {
            assert!(!said.contains(secret), "attempt {i} says a secret");
        }
    }
    Ok(())
}

/// The same on disk: hashes and ciphertext.
#[test]
fn the_disk_holds_no_secret() -> Result<(), model::Error> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let store = store_on(engine);
        let house = House::open(&store);
        let (_, totp) = house.enrolled();
        let token = house.session(&totp);
        let new = NewApp {
            name: "a".into(),
            scopes: vec![],
            senders: vec![],
            basic_allowed: true,
        };
        let app = house.people.create_app(&house.system, new)?;
        let key = house
            .people
            .create_key(&house.system, app, Mode::Live, None)?;
        let whole = key.shown_once.expose();
        let bare = whole.splitn(4, '_').nth(3).expect("a secret");
        house.entries();
        let planted = [
            PASSWORD,
            "Kanariname",
            "Nurse@clinic",
            "nurse@clinic",
            &token,
            bare,
            totp.expose().as_str(),
        ];
        let cells = store.beside().cells();
        assert!(cells.iter().any(|cell| cell.table == "users"));
        for cell in cells {
            let text = String::from_utf8_lossy(&cell.bytes);
            let found = planted.iter().position(|word| text.contains(word));
            assert_eq!(
                found, None,
                "{engine:?}: {}.{} holds a secret",
                cell.table, cell.column
            );
        }
    }
    Ok(())
}
