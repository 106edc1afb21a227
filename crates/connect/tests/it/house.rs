//! An organisation with a webhook, and a network that answers as a test wishes.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ctx::{Ctx, NewOrganisation, Parts, World};
use flow::hooks::{HookSecret, NewHook};
use flow::{Flow, Settings};
use model::Domain;
use model::seams::{Answer, HttpAnswer, HttpRequest, Later, MxHosts, Net, NetFault, Wire};
use sim::kit::{SimClock, SimRng, TestStore, memory_root};

pub struct House {
    pub flow: Flow,
    pub ctx: Ctx,
    pub clock: Arc<SimClock>,
    pub net: Arc<dyn Net>,
    pub receiver: Arc<Receiver>,
}

impl House {
    pub fn open(store: &TestStore) -> Self {
        let clock = Arc::new(SimClock::default());
        let world = World::open(Parts {
            store: (**store).clone(),
            vault: Arc::new(memory_root(1)),
            clock: clock.clone(),
            rng: Arc::new(SimRng::new(1)),
        })
        .expect("a world");
        let organisation = world
            .create_organisation(NewOrganisation {
                name: "Clinic".to_owned(),
                zone: "America/New_York".to_owned(),
                language: "en".to_owned(),
                portal_on: true,
            })
            .expect("an organisation");
        let receiver = Arc::new(Receiver::default());
        Self {
            flow: Flow::new(
                world.clone(),
                Settings::new("mx.clinic.example", "https://mail.clinic.example"),
            ),
            ctx: world.system(organisation),
            clock,
            net: receiver.clone(),
            receiver,
        }
    }

    pub fn hook(&self) -> HookSecret {
        self.hook_to("https://hooks.practice.example/in")
    }

    pub fn hook_to(&self, url: &str) -> HookSecret {
        let new = NewHook {
            url: url.to_owned(),
            ..NewHook::default()
        };
        self.flow.create_hook(&self.ctx, new).expect("a webhook")
    }

    /// Sends what is due.
    pub fn turn(&self) -> usize {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime
            .block_on(connect::deliver_once(&self.flow, &self.net))
            .expect("a turn")
    }
}

/// Answers in the order that was given, then with 204; keeps what it was asked.
#[derive(Default)]
pub struct Receiver {
    answers: Mutex<VecDeque<Result<HttpAnswer, NetFault>>>,
    asked: Mutex<Vec<HttpRequest>>,
}

impl Receiver {
    pub fn will(&self, answer: Result<HttpAnswer, NetFault>) {
        lock(&self.answers).push_back(answer);
    }
    pub fn asked(&self) -> Vec<HttpRequest> {
        std::mem::take(&mut *lock(&self.asked))
    }
}

pub fn status(code: u16) -> HttpAnswer {
    HttpAnswer {
        status: code,
        headers: Vec::new(),
        body: Vec::new(),
        tls: None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Net for Receiver {
    fn http(&self, request: HttpRequest, _: Duration) -> Later<'_, Result<HttpAnswer, NetFault>> {
        lock(&self.asked).push(request);
        let answer = lock(&self.answers).pop_front().unwrap_or(Ok(status(204)));
        Box::pin(async move { answer })
    }
    fn mx<'a>(&'a self, _: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn addresses<'a>(&'a self, _: &'a Domain) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn txt<'a>(&'a self, _: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn names(&self, _: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn tlsa<'a>(
        &'a self,
        _: &'a Domain,
        _: u16,
    ) -> Later<'a, Result<Answer<Vec<model::Tlsa>>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn dial<'a>(
        &'a self,
        _: SocketAddr,
        _: &'a model::seams::Egress,
        _: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        Box::pin(async { Err(NetFault::Refused) })
    }
    fn smtp_port(&self) -> u16 {
        25
    }
    fn may_dial(&self, _: IpAddr) -> bool {
        false
    }
}
