//! A clinic with a whole program behind it: store, keys, flow, the runner, and its workers.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use ctx::{Ctx, NewOrganisation, Parts, World};
use flow::draft::Arrival;
use flow::view::RecipientView;
use flow::{Flow, Receipt, Settings};
use model::seams::Net;
use model::{Address, Method, RecipientState};
use sim::kit::{Engine, SimClock, SimRng, TestStore, memory_root, store_on};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub struct Clinic {
    pub flow: Flow,
    pub ctx: Ctx,
    pub clock: Arc<SimClock>,
    stop: watch::Sender<bool>,
    /// Last: everything above uses it.
    pub store: Ground,
}

/// A test's store. It is closed on a thread of its own: a client of PostgreSQL may not end inside an
/// asynchronous runtime.
pub struct Ground(Option<TestStore>);

impl Deref for Ground {
    type Target = TestStore;

    fn deref(&self) -> &TestStore {
        self.0.as_ref().expect("open until drop")
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let store = self.0.take();
        std::thread::spawn(move || drop(store))
            .join()
            .expect("closed");
    }
}

impl Clinic {
    /// A test database is opened on a thread that may block.
    pub async fn open(engine: Engine) -> Self {
        Self::open_with_lease(engine, model::limits::DELIVERY_LEASE).await
    }

    pub async fn open_with_lease(engine: Engine, lease: Duration) -> Self {
        let opened = tokio::task::spawn_blocking(move || Self::open_blocking(engine, lease));
        opened.await.expect("a clinic")
    }

    fn open_blocking(engine: Engine, lease: Duration) -> Self {
        let store = store_on(engine);
        let clock = Arc::new(SimClock::default());
        let parts = Parts {
            store: store.deref().clone(),
            vault: Arc::new(memory_root(1)),
            clock: clock.clone(),
            rng: Arc::new(SimRng::new(2)),
        };
        let world = World::open(parts).expect("a world");
        let clinic = NewOrganisation {
            name: "Clinic".to_owned(),
            zone: "America/New_York".to_owned(),
            language: "en".to_owned(),
            portal_on: true,
        };
        let organisation = world.create_organisation(clinic).expect("an organisation");
        let ctx = world.system(organisation);
        let mut settings = Settings::new("mx.clinic.example", "https://mail.clinic.example");
        settings.queue.lease = lease;
        let flow = Flow::new(world, settings);
        Self {
            flow,
            ctx,
            clock,
            stop: watch::Sender::new(false),
            store: Ground(Some(store)),
        }
    }

    pub fn stop_signal(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Delivers over `net`, and does after each commit what it asks for.
    pub fn start(&self, net: Arc<dyn Net>) -> JoinHandle<()> {
        let (flow, stop) = (self.flow.clone(), self.stop_signal());
        let mut over = self.stop_signal();
        tokio::spawn(async move {
            let work = async {
                loop {
                    let worker = flow.clone();
                    let done = tokio::task::spawn_blocking(move || worker.work());
                    if done.await.expect("no panic").expect("work") == 0 {
                        flow.work_rung().await;
                    }
                }
            };
            let delivering = tokio::spawn(mta::deliver_forever(flow.clone(), net, stop));
            tokio::select! {
                () = work => {}
                _ = async { over.wait_for(|stop| *stop).await.map(drop) } => {}
            }
            delivering
                .await
                .expect("no panic")
                .expect("a valid host name");
        })
    }

    pub async fn submit(&self, to: &str, text: &str) -> Receipt {
        let (flow, ctx) = (self.flow.clone(), self.ctx.clone());
        let address = |text: &str| Address::parse(text).expect("an address");
        let arrival = Arrival {
            from: Some(address("nurse@clinic.example")),
            recipients: vec![(address(to), Default::default())],
            content: format!(
                "From: nurse@clinic.example\r\nTo: {to}\r\nSubject: news\r\n\r\n{text}\r\n"
            )
            .into_bytes(),
            helo: "software.clinic.example".to_owned(),
            with: "ESMTPSA",
            require_tls: false,
            envid: None,
        };
        let submitted = tokio::task::spawn_blocking(move || {
            let draft = flow.draft_from_arrival(&ctx, arrival)?;
            flow.submit(&ctx, draft, None)
        });
        submitted.await.expect("no panic").expect("accepted")
    }

    /// Where the message's one recipient stands.
    pub async fn standing(&self, receipt: &Receipt) -> (Method, RecipientState) {
        let view = self.recipient(receipt).await;
        (view.method, view.state)
    }

    /// How the attempts for the message's one recipient ended.
    pub async fn attempts(&self, receipt: &Receipt) -> Vec<String> {
        let attempts = self.recipient(receipt).await.attempts;
        attempts
            .into_iter()
            .map(|attempt| attempt.outcome)
            .collect()
    }

    async fn recipient(&self, receipt: &Receipt) -> RecipientView {
        let (flow, ctx, id) = (self.flow.clone(), self.ctx.clone(), receipt.message);
        let view = tokio::task::spawn_blocking(move || flow.message(&ctx, id));
        let mut view = view.await.expect("no panic").expect("a message");
        view.recipients.remove(0)
    }
}
