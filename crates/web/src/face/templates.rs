//! Every template, embedded: the program needs no folder beside it.

macro_rules! templates {
    ($($name:literal)*) => {
        pub const ALL: &[(&str, &str)] = &[$(($name, include_str!(concat!("../", $name)))),*];
    };
}

templates! {
    "layout/base.html"
    "layout/console.html"
    "layout/entry.html"
    "layout/portal.html"
    "layout/sprite.html"
    "layout/ui.html"
    "layout/letter.html"
    "layout/trouble.html"
    "pages/portal/landing.html"
    "pages/portal/enter_code.html"
    "pages/portal/thread.html"
    "pages/portal/replied.html"
    "pages/portal/gone.html"
    "pages/portal/trouble.html"
    "pages/portal/unsubscribe.html"
    "pages/console/sign_in.html"
    "pages/console/second_factor.html"
    "pages/console/enrol.html"
    "pages/console/overview.html"
    "pages/console/messages.html"
    "pages/console/message.html"
    "pages/console/headers.html"
    "pages/console/message_panels.html"
    "pages/console/cancel.html"
    "pages/console/suppressions.html"
    "pages/console/suppression_lift.html"
    "pages/console/suppression_add.html"
    "pages/console/audit.html"
    "pages/console/held.html"
    "pages/console/held_decide.html"
    "pages/console/recovery.html"
    "pages/console/trace.html"
    "pages/console/webhooks.html"
    "pages/console/webhook.html"
    "pages/console/webhook_ask.html"
    "pages/console/webhook_secret.html"
    "pages/console/queue.html"
    "pages/console/domains.html"
    "pages/console/domain.html"
    "pages/console/missing.html"
    "pages/console/trouble.html"
}
