//! What is traced at the finest level: every stage by its ids, and no word that anyone wrote.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flow::Letter;
use model::{Evidence, Outcome, Phi};
use sim::kit::{Engine, store_on};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::clinic::{Clinic, DEFERRED};
use crate::letters::{address, letter, to};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&lines).to_lowercase()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[test]
fn traces_hold_stages_and_ids_and_nothing_written() {
    let kept = Kept::default();
    let traced = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::NEW)
        .with_ansi(false)
        .with_writer(kept.clone())
        .finish();
    let message = tracing::subscriber::with_default(traced, || {
        let store = store_on(Engine::Memory);
        let clinic = Clinic::open(&store);
        let planted = Letter {
            from: address("kanarisender@clinic.example"),
            from_name: Some("Kanariname".to_owned()),
            recipients: vec![to("kanarilocal@kanaridomain.example")],
            subject: "Kanarisubject".to_owned(),
            text: Some("Kanaritext".to_owned()),
            ..letter(&[])
        };
        let receipt = clinic.submit(&clinic.staff, planted).expect("accepted");
        clinic.work();
        let job = clinic.take_one();
        let said = Evidence {
            reply_text: Some(Phi::new("kanarireply".to_owned())),
            ..clinic.evidence(&job, DEFERRED)
        };
        clinic
            .flow
            .dispatcher()
            .finish(job, DEFERRED, said)
            .expect("stored");
        clinic.wait();
        clinic.deliver(Outcome::Accepted);
        receipt.message.to_string().to_lowercase()
    });
    let text = kept.text();
    for stage in ["accept", "decide", "seal", "settle"] {
        assert!(text.contains(stage), "{stage} is traced: {text}");
    }
    assert!(text.contains(&message), "by its id: {text}");
    assert!(!text.contains("kanari"), "a word is traced: {text}");
}
