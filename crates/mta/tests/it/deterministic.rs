//! An attempt needs no runtime: here a loop that polls, and a network in memory.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mail::smtp::{AuthOffer, Profile, Security, ServerAction, ServerConfig, ServerSession};
use model::seams::{
    Answer, Egress, HttpAnswer, HttpRequest, Later, MxHosts, Net, NetFault, TlsStart, Wire,
};
use model::{Demand, Domain, Outcome, TlsFacts, TlsGoal, Tlsa, limits};
use mta::{Pool, PoolSettings, carry};

use sim::kit::{SimClock, SimRng};

use crate::world::{domain, errand};

/// Every dial reaches one polite server; the order of dials is kept.
struct MemoryNet {
    hosts: MxHosts,
    dialled: Mutex<Vec<IpAddr>>,
    alive: bool,
    /// How long a connection takes to be made.
    slow: Option<(Arc<SimClock>, Duration)>,
    /// How long the answer to a final dot was waited for.
    waited: Arc<Mutex<Vec<Duration>>>,
}

impl Net for MemoryNet {
    fn mx<'a>(&'a self, _: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>> {
        Box::pin(async { Ok(Answer::insecure(self.hosts.clone())) })
    }
    fn addresses<'a>(
        &'a self,
        host: &'a Domain,
    ) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>> {
        let at = self.hosts.iter().position(|(_, known)| known == host);
        Box::pin(async move {
            let at = u8::try_from(at.ok_or(NetFault::NoRecord)?).expect("few hosts");
            let ip = IpAddr::V4(Ipv4Addr::new(192, 0, 2, at));
            Ok(Answer::insecure(vec![ip]))
        })
    }
    fn txt<'a>(&'a self, _: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn names(&self, _: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn tlsa<'a>(&'a self, _: &'a Domain, _: u16) -> Later<'a, Result<Answer<Vec<Tlsa>>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn http(&self, _: HttpRequest, _: Duration) -> Later<'_, Result<HttpAnswer, NetFault>> {
        Box::pin(async { Err(NetFault::Refused) })
    }
    fn dial<'a>(
        &'a self,
        to: SocketAddr,
        _: &'a Egress,
        _: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        self.dialled.lock().expect("no panic inside").push(to.ip());
        Box::pin(async {
            if !self.alive {
                return Err(NetFault::TimedOut);
            }
            if let Some((clock, took)) = &self.slow {
                clock.advance(*took);
            }
            let mut wire = MemoryWire::new(Security::StartTlsOffered);
            wire.waited = Arc::clone(&self.waited);
            let wire: Box<dyn Wire> = Box::new(wire);
            Ok(wire)
        })
    }
    fn smtp_port(&self) -> u16 {
        25
    }
    fn may_dial(&self, _: IpAddr) -> bool {
        true
    }
}

struct MemoryWire {
    server: ServerSession,
    out: Vec<u8>,
    took: bool,
    waited: Arc<Mutex<Vec<Duration>>>,
}

impl MemoryWire {
    fn new(security: Security) -> Self {
        let server = ServerSession::new(ServerConfig {
            hostname: "mx.mail.example".to_owned(),
            security,
            auth: AuthOffer::None,
            size_max: 10_000,
            recipients_max: 1,
            profile: Profile::Mx,
        });
        Self {
            server,
            out: Vec::new(),
            took: false,
            waited: Arc::default(),
        }
    }

    fn serve(&mut self) {
        while let Some(action) = self.server.next() {
            match action {
                ServerAction::Write(bytes) => self.out.extend(bytes),
                ServerAction::Sender(..) => self.server.sender(Ok(())),
                ServerAction::Recipient(..) => self.server.recipient(Ok(())),
                ServerAction::Message(_) => {
                    self.took = true;
                    self.server.message(Ok("memory".to_owned()));
                }
                ServerAction::StartTls
                | ServerAction::Close
                | ServerAction::Authenticate { .. } => {}
            }
        }
    }
}

impl Wire for MemoryWire {
    fn read<'a>(
        &'a mut self,
        buf: &'a mut [u8],
        wait: Duration,
    ) -> Later<'a, Result<usize, NetFault>> {
        self.serve();
        if self.took {
            self.waited.lock().expect("no panic inside").push(wait);
        }
        // A few bytes at a time: replies arrive split.
        let count = self.out.len().min(buf.len()).min(5);
        buf[..count].copy_from_slice(&self.out[..count]);
        self.out.drain(..count);
        Box::pin(async move {
            if count == 0 {
                Err(NetFault::TimedOut)
            } else {
                Ok(count)
            }
        })
    }
    fn write<'a>(&'a mut self, bytes: &'a [u8], _: Duration) -> Later<'a, Result<(), NetFault>> {
        self.server.receive(bytes);
        self.serve();
        Box::pin(async { Ok(()) })
    }
    fn start_tls<'a>(mut self: Box<Self>, _: &'a TlsGoal, _: Duration) -> Later<'a, TlsStart> {
        self.server.tls_started();
        let facts = TlsFacts {
            version: "TLSv1.3".to_owned(),
            cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
            certificate_sha256: "00".repeat(32),
            verified: true,
            unverified_because: None,
        };
        Box::pin(async move {
            let wire: Box<dyn Wire> = self;
            Ok((wire, facts))
        })
    }
}

/// Polls once: nothing here ever has to wait.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("an attempt waited outside its network"),
    }
}

fn net(hosts: &[(u16, &str)], alive: bool) -> MemoryNet {
    let hosts = hosts
        .iter()
        .map(|(preference, host)| (*preference, domain(host)))
        .collect();
    MemoryNet {
        hosts,
        dialled: Mutex::new(Vec::new()),
        alive,
        slow: None,
        waited: Arc::default(),
    }
}

fn dialled(net: &MemoryNet, seed: u64) -> (Outcome, Vec<u8>) {
    let pool = Pool::new(PoolSettings::new(domain("mx.clinic.example")));
    let clock = SimClock::default();
    let rng = SimRng::new(seed);
    let (outcome, _) = run(carry(
        &pool,
        net,
        &clock,
        &rng,
        &errand(Demand::VerifiedTls),
    ));
    let dialled = std::mem::take(&mut *net.dialled.lock().expect("no panic inside"));
    let last = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.octets()[3],
        IpAddr::V6(_) => 255,
    };
    (outcome, dialled.into_iter().map(last).collect())
}

#[test]
fn an_attempt_runs_without_a_runtime() {
    let net = net(&[(10, "a.mail.example")], true);
    assert_eq!(dialled(&net, 1), (Outcome::Accepted, vec![0]));
}

/// RFC 5321 §4.5.3.2.6: ten minutes, also for a host that was reached when the attempt was nearly
/// over; and the lease still outlasts it, so that nobody else begins meanwhile.
#[test]
fn the_answer_to_the_final_dot_has_its_ten_minutes_however_late_it_is_asked_for() {
    let settings = PoolSettings::new(domain("mx.clinic.example"));
    let before = settings.attempt_max - Duration::from_secs(5);
    let clock = Arc::new(SimClock::default());
    let mut net = net(&[(10, "a.mail.example")], true);
    net.slow = Some((Arc::clone(&clock), before));
    let (pool, rng) = (Pool::new(settings.clone()), SimRng::new(1));
    let errand = errand(Demand::VerifiedTls);
    let (outcome, _) = run(carry(&pool, &net, &*clock, &rng, &errand));
    assert_eq!(outcome, Outcome::Accepted);
    let waited = net.waited.lock().expect("no panic inside");
    let first = *waited.first().expect("an answer was waited for");
    assert!(first >= limits::SMTP_FINAL_REPLY_WAIT, "{first:?}");
    assert!(settings.attempt_max + limits::SMTP_FINAL_REPLY_WAIT < limits::DELIVERY_LEASE);
}

#[test]
fn chance_orders_equals_and_nothing_else() {
    let hosts = [
        (20, "z.mail.example"),
        (10, "a.mail.example"),
        (10, "b.mail.example"),
        (10, "c.mail.example"),
    ];
    let net = net(&hosts, false);
    let mut firsts = std::collections::BTreeSet::new();
    for seed in 0..100 {
        let (outcome, order) = dialled(&net, seed);
        assert!(matches!(outcome, Outcome::Deferred(_)));
        assert_eq!(order.len(), 4, "every host was tried");
        assert_eq!(order[3], 0, "the worst preference comes last");
        firsts.insert(order[0]);
        assert_eq!(
            dialled(&net, seed).1,
            order,
            "the same chance gives the same order"
        );
    }
    assert_eq!(
        firsts.into_iter().collect::<Vec<_>>(),
        [1, 2, 3],
        "load spreads over equals"
    );
}
