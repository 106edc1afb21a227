//! Who may do what, as one table: `tests/access.table`, compared whole. A changed right is a changed
//! line in review. `yes` may, `own` may with what is theirs or no one's,
//! `others` with what is not theirs, `.` may not.

use std::fmt::Write;
use std::path::Path;

use caduceus_policy::access::{Action, Engine, Principal, PrincipalKind, Resource, Role};
use model::{OrganisationId, RecipientId};

const OURS: OrganisationId = OrganisationId::from_bytes([1; 16]);
const OTHER: OrganisationId = OrganisationId::from_bytes([2; 16]);
const MINE: RecipientId = RecipientId::from_bytes([3; 16]);
const THEIRS: RecipientId = RecipientId::from_bytes([4; 16]);

fn principal(kind: PrincipalKind) -> Principal {
    Principal {
        id: "me".to_owned(),
        organisation: OURS,
        kind,
        second_factor: true,
    }
}

fn thing(
    organisation: OrganisationId,
    owner: Option<&str>,
    recipient: Option<RecipientId>,
) -> Resource {
    Resource {
        organisation,
        kind: "message",
        owner: owner.map(str::to_owned),
        recipient,
    }
}

fn all_principals() -> Vec<(&'static str, Principal)> {
    let scopes = || {
        Action::ALL
            .iter()
            .map(|action| action.word().to_owned())
            .collect()
    };
    let mut all: Vec<_> = Role::ALL
        .iter()
        .map(|role| (role.word(), principal(PrincipalKind::User(vec![*role]))))
        .collect();
    all.push(("no role", principal(PrincipalKind::User(Vec::new()))));
    all.push((
        "app, all scopes",
        principal(PrincipalKind::App { scopes: scopes() }),
    ));
    all.push((
        "app, no scope",
        principal(PrincipalKind::App { scopes: Vec::new() }),
    ));
    all.push(("reader", principal(PrincipalKind::Reader(MINE))));
    all.push(("system", principal(PrincipalKind::System)));
    all
}

#[test]
fn the_table_is_as_agreed() -> model::Result<()> {
    let engine = Engine::new()?;
    let mut table = format!("{:<18}", "");
    let principals = all_principals();
    for (name, _) in &principals {
        let _ = write!(table, "| {name:<16}");
    }
    for &action in Action::ALL {
        let _ = write!(table, "\n{:<18}", action.word());
        for (_, who) in &principals {
            // A reader asks about one recipient; the others about a message.
            let recipient = matches!(who.kind, PrincipalKind::Reader(_)).then_some(MINE);
            let own = engine
                .allow(who, action, &thing(OURS, Some("me"), recipient))
                .allowed;
            let others = engine
                .allow(who, action, &thing(OURS, Some("you"), recipient))
                .allowed;
            let word = match (own, others) {
                (true, true) => "yes",
                (true, false) => "own",
                (false, false) => ".",
                (false, true) => "others",
            };
            let _ = write!(table, "| {word:<16}");
        }
    }
    let table: String = table
        .lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect();
    let agreed =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/access.table"));
    assert_eq!(
        table,
        agreed.unwrap_or_default(),
        "\nthe table now is:\n{table}"
    );
    Ok(())
}

#[test]
fn no_one_reaches_into_another_organisation() -> model::Result<()> {
    let engine = Engine::new()?;
    for (name, who) in all_principals() {
        for &action in Action::ALL {
            for owner in [None, Some("me")] {
                let verdict = engine.allow(&who, action, &thing(OTHER, owner, Some(MINE)));
                assert!(!verdict.allowed, "{name} may {action} elsewhere");
            }
        }
    }
    Ok(())
}

#[test]
fn without_a_second_factor_a_user_does_nothing() -> model::Result<()> {
    let engine = Engine::new()?;
    for &role in Role::ALL {
        let who = Principal {
            second_factor: false,
            ..principal(PrincipalKind::User(vec![role]))
        };
        for &action in Action::ALL {
            assert!(
                !engine
                    .allow(&who, action, &thing(OURS, Some("me"), None))
                    .allowed,
                "{role} may {action}"
            );
        }
    }
    Ok(())
}

#[test]
fn a_reader_reads_one_mailbox() -> model::Result<()> {
    let engine = Engine::new()?;
    let reader = principal(PrincipalKind::Reader(MINE));
    for (recipient, may) in [(Some(MINE), true), (Some(THEIRS), false), (None, false)] {
        for action in [
            Action::MessageRead,
            Action::MessageOpen,
            Action::MessageReply,
        ] {
            assert_eq!(
                engine
                    .allow(&reader, action, &thing(OURS, None, recipient))
                    .allowed,
                may,
                "{action}"
            );
        }
    }
    Ok(())
}

#[test]
fn an_apps_scope_opens_one_action_and_nothing_that_is_for_people() -> model::Result<()> {
    let engine = Engine::new()?;
    for &scope in Action::ALL {
        let app = principal(PrincipalKind::App {
            scopes: vec![scope.word().to_owned()],
        });
        for &action in Action::ALL.iter().filter(|action| **action != scope) {
            assert!(
                !engine.allow(&app, action, &thing(OURS, None, None)).allowed,
                "{scope} opens {action}"
            );
        }
    }
    for action in [
        Action::UserManage,
        Action::AppManage,
        Action::KeyManage,
        Action::SettingsManage,
    ] {
        let app = principal(PrincipalKind::App {
            scopes: vec![action.word().to_owned()],
        });
        assert!(
            !engine.allow(&app, action, &thing(OURS, None, None)).allowed,
            "{action}"
        );
    }
    Ok(())
}

#[test]
fn roles_add_up() -> model::Result<()> {
    let engine = Engine::new()?;
    let both = principal(PrincipalKind::User(vec![Role::Administrator, Role::Staff]));
    for action in [Action::MessageOpen, Action::UserManage] {
        assert!(
            engine
                .allow(&both, action, &thing(OURS, None, None))
                .allowed,
            "{action}"
        );
    }
    Ok(())
}
