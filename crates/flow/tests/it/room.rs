//! More waits than a node holds in memory: the rest is in the database, and everything that holds for what
//! is in memory holds for it.

use flow::orders::{NewOrder, OrderAct, OrderScope};
use flow::{Job, Receipt};
use model::{Outcome, RecipientState, Stream, limits};
use sim::kit::TestStore;

use crate::clinic::Clinic;
use crate::letters::letter;
use crate::on_disk;

const ROOM: usize = 8;
const MANY: usize = 40;

fn small(store: &TestStore) -> Clinic {
    Clinic::tuned(store, |settings| settings.in_memory_max = ROOM)
}

fn campaign(clinic: &Clinic, count: usize) -> Vec<Receipt> {
    let each = (0..count).map(|n| {
        let mut news = letter(&[&format!("lee{n}@peer.example")]);
        news.stream = Stream::Marketing;
        let receipt = clinic.submit(&clinic.staff, news).expect("accepted");
        clinic.tick();
        receipt
    });
    let receipts = each.collect();
    clinic.work();
    receipts
}

fn waiting(clinic: &Clinic) -> usize {
    clinic.flow.dispatcher().waiting()
}

fn states(clinic: &Clinic, receipts: &[Receipt], state: RecipientState) -> usize {
    let all = receipts.iter().map(|receipt| clinic.state(receipt));
    all.filter(|found| *found == state).count()
}

/// What beats and takes bring, until nothing more comes.
fn deliver_all(clinic: &Clinic, mut seen: impl FnMut(&Job)) {
    loop {
        clinic.beat();
        assert!(waiting(clinic) <= ROOM, "{} in memory", waiting(clinic));
        let jobs = clinic.take();
        if jobs.is_empty() {
            return;
        }
        for job in jobs {
            seen(&job);
            clinic.finish(job, Outcome::Accepted);
        }
    }
}

fn order(act: OrderAct) -> NewOrder {
    NewOrder {
        act,
        scope: OrderScope {
            stream: Some(Stream::Marketing),
            ..OrderScope::default()
        },
        reason: "a look at it".to_owned(),
        lasts: std::time::Duration::from_secs(3_600),
    }
}

on_disk! {
    /// A backlog of marketing keeps no transactional letter out, and all of it leaves in the end.
    fn more_than_fits_is_delivered_transactional_mail_first(store) {
        let clinic = small(store);
        let news = campaign(&clinic, MANY);
        assert!(waiting(&clinic) <= ROOM - ROOM / 4, "a quarter is left free");
        let urgent = clinic.send(&["kim@other.example"]);
        let first = clinic.take();
        let found = first.iter().any(|job| clinic.letter(job).to.as_str() == "kim@other.example");
        assert!(found, "it starts while most of what waited longer is still in the database");
        first.into_iter().for_each(|job| clinic.finish(job, Outcome::Accepted));
        assert_eq!(clinic.state(&urgent), RecipientState::Delivered);
        deliver_all(&clinic, |_| ());
        assert_eq!(states(&clinic, &news, RecipientState::Delivered), MANY);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// A node that starts takes what fits of what a dead one left.
    fn a_start_takes_what_fits(store) {
        let dead = Clinic::open(store);
        let news = campaign(&dead, MANY);
        let clinic = dead.again_tuned(store, 5, |settings| settings.in_memory_max = ROOM);
        clinic.flow.dispatcher().beat(true)?;
        deliver_all(&clinic, |_| ());
        assert_eq!(states(&clinic, &news, RecipientState::Delivered), MANY);
    }

    /// What is put off gives its room to what waits: mail to a dead server is in nobody's way.
    fn what_is_put_off_gives_its_room(store) {
        let clinic = small(store);
        let news = campaign(&clinic, MANY);
        let mut tried = std::collections::BTreeSet::new();
        for _ in 0..MANY {
            clinic.beat();
            for job in clinic.take() {
                tried.insert(job.delivery);
                clinic.finish(job, crate::clinic::DEFERRED);
            }
        }
        assert_eq!(tried.len(), MANY, "each had its turn");
        for _ in 0..3 {
            clinic.clock.advance(std::time::Duration::from_secs(600));
            deliver_all(&clinic, |_| ());
        }
        assert_eq!(states(&clinic, &news, RecipientState::Delivered), MANY);
    }

    fn what_is_in_the_database_expires(store) {
        let clinic = small(store);
        let news = campaign(&clinic, MANY);
        clinic.clock.advance(limits::DELIVERY_LIFETIME);
        for _ in 0..3 {
            clinic.beat();
            assert!(clinic.take().is_empty());
        }
        assert_eq!(states(&clinic, &news, RecipientState::Expired), MANY);
    }

    fn what_is_in_the_database_is_cancelled(store) {
        let clinic = small(store);
        let news = campaign(&clinic, MANY);
        for receipt in &news {
            assert_eq!(clinic.flow.cancel(&clinic.staff, receipt.message)?.len(), 1);
        }
        deliver_all(&clinic, |job| panic!("{} was cancelled", job.delivery));
        assert_eq!(states(&clinic, &news, RecipientState::Cancelled), MANY);
    }

    fn what_is_in_the_database_is_given_another_time(store) {
        let clinic = small(store);
        let news = campaign(&clinic, MANY);
        let at = clinic.world.now().plus(std::time::Duration::from_secs(3_600));
        for receipt in &news {
            assert_eq!(clinic.flow.reschedule(&clinic.staff, receipt.message, at)?.len(), 1);
        }
        deliver_all(&clinic, |job| panic!("{} is not due", job.delivery));
        clinic.clock.advance(std::time::Duration::from_secs(3_601));
        deliver_all(&clinic, |_| ());
        assert_eq!(states(&clinic, &news, RecipientState::Delivered), MANY);
    }

    fn what_is_in_the_database_is_bounced_by_order(store) {
        let clinic = small(store);
        let news = campaign(&clinic, MANY);
        clinic.flow.order(&clinic.staff, order(OrderAct::Bounce))?;
        for _ in 0..MANY {
            clinic.beat();
            assert!(clinic.take().is_empty());
        }
        assert_eq!(states(&clinic, &news, RecipientState::Bounced), MANY);
    }

    /// Suspended mail fills no memory that other mail needs, and goes on when the order ends.
    fn what_is_suspended_gives_its_room(store) {
        let clinic = small(store);
        let news = campaign(&clinic, MANY);
        let id = clinic.flow.order(&clinic.staff, order(OrderAct::Suspend))?;
        for _ in 0..MANY {
            clinic.beat();
            assert!(clinic.take().is_empty());
        }
        let urgent = clinic.send(&["kim@other.example"]);
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&urgent), RecipientState::Delivered);
        clinic.flow.end_order(&clinic.staff, id)?;
        clinic.tick();
        deliver_all(&clinic, |_| ());
        assert_eq!(states(&clinic, &news, RecipientState::Delivered), MANY);
    }

    /// An order may last longer than the mail it holds; ended early, it lets all of it go at once.
    fn what_a_long_order_held_goes_when_it_ends(store) {
        let clinic = small(store);
        let news = campaign(&clinic, MANY);
        let lasts = limits::ORDER_DURATION_MAX;
        let id = clinic.flow.order(&clinic.staff, NewOrder { lasts, ..order(OrderAct::Suspend) })?;
        for _ in 0..MANY {
            clinic.beat();
            assert!(clinic.take().is_empty());
        }
        clinic.flow.end_order(&clinic.staff, id)?;
        clinic.tick();
        deliver_all(&clinic, |_| ());
        assert_eq!(states(&clinic, &news, RecipientState::Delivered), MANY);
    }
}
