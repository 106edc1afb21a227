//! What those who run the service do in the console: orders about the queue, and triggers.

use std::time::Duration;

use axum::http::StatusCode;
use ctx::Role;
use flow::orders::{NewOrder, OrderAct, OrderScope, OrderView};
use model::Method;

use crate::clinic::{Clinic, found};

const ANA: &str = "ana@northside.example";

/// Those that were given, newest first.
fn orders(clinic: &Clinic) -> Vec<OrderView> {
    let page = clinic.flow.order_page(&clinic.ctx, false, None, 50);
    page.expect("orders").rows
}

#[tokio::test]
async fn an_order_is_asked_about_before_it_is_given_and_ended_again() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Administrator]);
    let receipt = clinic.write_by(
        Method::Tls,
        &clinic.ctx,
        "Hello",
        (Some("Hello"), None),
        Vec::new(),
    );
    clinic.flow.dispatcher().beat(true).expect("a beat");
    while clinic.flow.work().expect("works") > 0 {}
    let running = clinic.flow.dispatcher().take(1).expect("takes");
    assert_eq!(running.len(), 1);
    let mut browser = clinic.signed_in(ANA).await;
    let message = receipt.message.to_string();
    let form = browser.get("/console/queue").await;
    let link = format!("/console/queue/order?message={message}");
    assert!(form.says(&link), "{}", form.body);
    assert!(browser.get(&link).await.says("Hand to another server"));
    let suspend = format!("{link}&act=suspend");
    assert!(
        browser
            .get(&suspend)
            .await
            .says(&format!("value=\"{message}\""))
    );

    let door = "/console/queue/order";
    let mut fields = vec![
        ("act", "suspend"),
        ("message", message.as_str()),
        ("lasts", "3600"),
    ];
    let page = browser.post(door, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Write why you order this"));
    fields.push(("reason", "a look at it"));
    let page = browser.post(door, &fields).await;
    assert!(
        page.says("1 more is under way at this moment"),
        "{}",
        page.body
    );
    assert!(orders(&clinic).is_empty());
    fields.push(("step", "give"));
    let page = browser.post(door, &fields).await;
    assert!(page.says("The order is in force") && page.says("a look at it"));

    let id = orders(&clinic)[0].id;
    let end = format!("/console/queue/orders/{id}/end");
    assert!(browser.get(&end).await.says("Let this mail go on?"));
    assert!(browser.post(&end, &[]).await.says("The order has ended"));
    assert!(
        browser
            .post(&end, &[])
            .await
            .says("This order was over already")
    );
    assert!(
        browser
            .get("/console/queue/orders")
            .await
            .says("No order is in force")
    );
    assert!(
        browser
            .get("/console/queue/orders?show=all")
            .await
            .says("a look at it")
    );
}

/// Mail that an administrator of the installation suspended does not go, and the pages say who did it and
/// that it is not the organisation's to end.
#[tokio::test]
async fn what_is_suspended_for_everyone_is_not_said_to_go() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Administrator]);
    clinic.write_by(
        Method::Tls,
        &clinic.ctx,
        "Hello",
        (Some("Hello"), None),
        Vec::new(),
    );
    clinic.flow.dispatcher().beat(true).expect("a beat");
    while clinic.flow.work().expect("works") > 0 {}
    let mut browser = clinic.signed_in(ANA).await;
    assert!(browser.get("/console/queue").await.says("Goes"));
    let world = clinic.flow.world();
    let host = found(world, "The host", "host.example").organisation();
    let order = NewOrder {
        act: OrderAct::Suspend,
        scope: OrderScope {
            everywhere: true,
            ..OrderScope::default()
        },
        reason: "Kanarireason".to_owned(),
        lasts: Duration::from_secs(3_600),
    };
    let ordered = clinic.flow.order(&world.system(host), order);
    let id = ordered.expect("an order");
    let page = browser.get("/console/queue").await.clone();
    let words = "Suspended for everyone until";
    assert!(page.says(words) && !page.says("Goes"), "{}", page.body);
    assert!(!page.says(&format!("{id}/end")), "not theirs to end");
    let page = browser.get("/console/queue/orders").await.clone();
    let words = "An administrator of the installation suspended this mail";
    assert!(page.says(words), "{}", page.body);
    assert!(!page.says("Kanarireason") && !page.says(&format!("{id}/end")));
    let end = format!("/console/queue/orders/{id}/end");
    assert_eq!(browser.get(&end).await.status, StatusCode::NOT_FOUND);
}

/// Whoever may look may not act, and sees no way to.
#[tokio::test]
async fn an_auditor_sees_orders_and_gives_none() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Auditor]);
    let mut browser = clinic.signed_in(ANA).await;
    assert!(!browser.get("/console/queue").await.says("Give an order"));
    assert_eq!(
        browser.get("/console/queue/orders").await.status,
        StatusCode::OK
    );
    for path in ["/console/queue/order", "/console/queue/order?act=bounce"] {
        assert_eq!(
            browser.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    browser.get("/console/queue").await;
    let fields = [
        ("act", "bounce"),
        ("reason", "no"),
        ("lasts", "60"),
        ("step", "give"),
    ];
    let page = browser.post("/console/queue/order", &fields).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(orders(&clinic).is_empty());
    browser.get("/console/triggers").await;
    let fields = [
        ("act", "set"),
        ("place", "subject"),
        ("word", "#mine"),
        ("method", "portal"),
    ];
    assert_eq!(
        browser.post("/console/triggers", &fields).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_trigger_is_added_tried_and_removed() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Administrator]);
    let mut browser = clinic.signed_in(ANA).await;
    browser.get("/console/triggers").await;
    let door = "/console/triggers";
    let short = [
        ("act", "set"),
        ("place", "subject"),
        ("word", "ab"),
        ("method", "portal"),
    ];
    let page = browser.post(door, &short).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Enter one word of at least 3 letters"));
    let new = [
        ("act", "set"),
        ("place", "subject"),
        ("word", "#quiet"),
        ("method", "hold"),
    ];
    assert!(browser.post(door, &new).await.says("The trigger is set"));

    let tried = [
        ("act", "try"),
        ("subject", "Your visit #Quiet"),
        ("lines", ""),
    ];
    let page = browser.post(door, &tried).await;
    assert!(page.says("Yes, by subject #quiet."), "{}", page.body);
    assert!(page.says("<span class=\"exact\">Your visit</span>"));
    let plain = [
        ("act", "try"),
        ("subject", "Your visit"),
        ("lines", "X-Nothing: yes"),
    ];
    assert!(browser.post(door, &plain).await.says("No trigger fits."));

    let gone = [
        ("act", "remove"),
        ("place", "subject"),
        ("name", ""),
        ("word", "#quiet"),
    ];
    assert!(browser.post(door, &gone).await.says("Remove this trigger?"));
    assert!(browser.get(door).await.says("#quiet"), "it only asked");
    let sure = [gone[0], gone[1], gone[2], gone[3], ("sure", "yes")];
    assert!(
        browser
            .post(door, &sure)
            .await
            .says("The trigger was removed")
    );
    assert!(!browser.get(door).await.says("#quiet"));
    let stream = [
        ("act", "stream"),
        ("stream", "marketing"),
        ("method", "portal"),
    ];
    assert!(browser.post(door, &stream).await.says("was saved"));
    let set = clinic.flow.stream_options(&clinic.ctx).expect("options");
    assert_eq!(set.len(), 1);
}
