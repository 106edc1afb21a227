//! Ways the form of an order and its question can look.

use flow::orders::{OrderChoices, Touched};
use model::{NodeId, Stream};

use super::{Filled, OrderAsk, OrderForm, usual};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

pub fn forms() -> Vec<Sample<OrderForm>> {
    let alone = OrderChoices {
        nodes: Vec::new(),
        ..choices()
    };
    let bare = |act| Filled {
        act,
        lasts: usual(act),
        ..Filled::default()
    };
    let mut all = vec![
        Sample::new("empty", form(bare(""), None)),
        Sample::new("suspend", form(unexplained(), None)),
        Sample::new("bounce", form(bare("bounce"), None)),
        Sample::new("expire", form(bare("expire"), None)),
        Sample::new("rebind", form(bare("rebind"), None)),
        Sample::new("transfer", form(bare("transfer"), None)),
        Sample::new(
            "transfer_alone",
            OrderForm::new(bare("transfer"), &alone, None),
        ),
        Sample::spanish(form(filled("rebind"), None)),
    ];
    all.extend(mistakes());
    all
}

fn mistakes() -> Vec<Sample<OrderForm>> {
    let wrong = |field, key, filled| form(filled, Some(Fault::new(field, key)));
    let no_message = Filled {
        message: "msg_1".to_owned(),
        ..filled("bounce")
    };
    let nowhere = Filled {
        domain: "mail.example".to_owned(),
        ..filled("rebind")
    };
    vec![
        Sample::new("error", wrong("reason", "order_reason", unexplained())),
        Sample::new(
            "error_message",
            wrong("message", "order_message", no_message),
        ),
        Sample::new("error_to", wrong("to", "order_to", nowhere)),
    ]
}

fn choices() -> OrderChoices {
    let providers = ["google", "microsoft", "yahoo", "other"];
    OrderChoices {
        providers: providers.map(str::to_owned).to_vec(),
        sources: ["east-1", "east-2"].map(str::to_owned).to_vec(),
        nodes: vec![NodeId::from_bytes([1; 16])],
    }
}

fn form(filled: Filled, fault: Option<Fault>) -> OrderForm {
    OrderForm::new(filled, &choices(), fault)
}

/// As a link of the queue page fills it in.
fn unexplained() -> Filled {
    Filled {
        provider: "google".to_owned(),
        source: "east-1".to_owned(),
        reason: String::new(),
        ..filled("suspend")
    }
}

pub fn asks() -> Vec<Sample<OrderAsk>> {
    let ask = |filled, waiting, running, elsewhere| {
        OrderAsk::new(
            filled,
            Touched {
                waiting,
                running,
                elsewhere,
            },
            NOW,
        )
    };
    let of_provider = |act| Filled {
        provider: "google".to_owned(),
        ..filled(act)
    };
    let named = Filled {
        to: "east-2".to_owned(),
        ..filled("rebind")
    };
    let long = Filled {
        stream: Some(Stream::Transactional),
        provider: "microsoft".to_owned(),
        source: "east-coast-secondary-egress-7".to_owned(),
        domain: "northside-community-health-partnership-for-family-medicine.example".to_owned(),
        message: "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99".to_owned(),
        to: "nod_01KJVB0W7HQ3ZJ8X9T4M2C6D99".to_owned(),
        ..filled("transfer")
    };
    vec![
        Sample::new("empty", ask(of_provider("suspend"), 0, 0, 0)),
        Sample::new("one", ask(of_provider("suspend"), 1, 1, 0)),
        Sample::new("many", ask(filled("bounce"), 1_204, 8, 310)),
        Sample::new("expire", ask(of_provider("expire"), 27, 0, 0)),
        Sample::new("rebind", ask(named, 27, 2, 0)),
        Sample::new("long_names", ask(long, 100_000, 120, 100_000)),
        Sample::spanish(ask(of_provider("bounce"), 1_204, 8, 310)),
    ]
}

fn filled(act: &'static str) -> Filled {
    Filled {
        act,
        reason: "Complaints of last night are looked into".to_owned(),
        lasts: usual(act),
        ..Filled::default()
    }
}
