//! Log lines.

use std::io::Write;
use std::sync::{Arc, Mutex};

use im_connectors::layers::Trace;
use im_connectors::{ErrorKind, Retry};
use im_domain::InfId;
use im_radl::Radl;
use im_util::SystemClock;
use tracing_subscriber::fmt::MakeWriter;

use super::{layered, some_request};
use crate::support::Step;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

// === impl Lines ===

impl Lines {
    /// The lines about an infrastructure.
    fn about(&self, inf: &InfId) -> String {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().filter(|line| line.contains(inf.as_str()));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_failed_call_is_one_line_with_its_cause_and_without_secrets() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .with_writer(lines.clone())
        .finish();
    // For the whole process: threads of other tests, that have no subscriber of their own, come by the same span, and
    // what they find nobody to be interested in is not shown to anybody.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let mut request = some_request().await;
    let secret = "disk.0.os.credentials.password = 'hunter2'";
    request.radl = Arc::new(Radl::parse(&format!("system node ({secret})")).unwrap());
    let script = [Step::Fail(ErrorKind::Capacity, Retry::Never)];
    let (connector, _) = layered(Trace::new(Arc::new(SystemClock::new())), script);

    connector.launch(&request).await.unwrap_err();
    connector.launch(&request).await.unwrap();

    let text = lines.about(&request.inf);
    assert_eq!(text.lines().count(), 1, "{text}");
    for part in [
        "cloud.id=scripted",
        "cloud.operation=\"launch\"",
        "error.kind=\"capacity\"",
        "It failed as scripted.",
        "the wire broke",
        request.inf.as_str(),
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("hunter2"));
}
