//! One hostile request, and what is to become of it.

use std::time::{Duration, Instant};

use crate::support::xmlrpc::is_refusal;
use crate::support::{Answer, RawRequest, Reply, exchange};

/// The longest that any answer may take, in a build without optimisation on a busy machine.
const LONGEST: Duration = Duration::from_secs(10);

/// A header that some requests try to put into their answer.
pub(crate) const INJECTED: &str = "x-injected";

/// What the service may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Answer 4xx.
    Refused,
    /// Answer 4xx, or close the connection: the bytes are no HTTP, or too many.
    RefusedOrClosed,
    /// Answer 4xx, or lead to the same path without its empty parts, on the same host.
    RefusedOrRedirected,
    /// Answer anything below 500: odd, but it may be right.
    Survived,
    /// XML-RPC: answer 4xx, a fault, or `[False, text]`.
    Fault,
}

/// A hostile request.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    name: String,
    bytes: Vec<u8>,
    verdict: Verdict,
    /// Texts that must not be in the answer.
    forbidden: Vec<String>,
}

// === impl Case ===

impl Case {
    /// A request and its verdict.
    pub(crate) fn new(verdict: Verdict, name: impl Into<String>, request: &RawRequest) -> Self {
        Self::raw(verdict, name, request.bytes())
    }

    /// Bytes and their verdict.
    pub(crate) fn raw(verdict: Verdict, name: impl Into<String>, bytes: Vec<u8>) -> Self {
        // What /etc/passwd begins with on every machine.
        let forbidden = vec!["root:x:0".to_owned(), "root:*:0".to_owned()];
        Self {
            name: name.into(),
            bytes,
            verdict,
            forbidden,
        }
    }

    /// The answer must not have this text.
    pub(crate) fn without(mut self, text: &str) -> Self {
        self.forbidden.push(text.to_owned());
        self
    }

    /// Sends it; the error says what was wrong with the answer.
    pub(crate) fn run(&self, address: &str) -> Result<(), String> {
        let begin = Instant::now();
        let reply = exchange(address, &self.bytes);
        let took = begin.elapsed();
        self.judge(&reply)
            .map_err(|fault| format!("{}: {fault}", self.name))?;
        if took > LONGEST {
            return Err(format!("{}: the answer took {took:?}", self.name));
        }
        Ok(())
    }

    fn judge(&self, reply: &Reply) -> Result<(), String> {
        let (answer, bytes) = match reply {
            Reply::Answered(answer, bytes) => (answer, bytes),
            Reply::Closed if self.verdict == Verdict::RefusedOrClosed => return Ok(()),
            Reply::Closed => return Err("closed without an answer".to_owned()),
            Reply::Silent => return Err("neither answered nor closed".to_owned()),
        };
        let accepted = match self.verdict {
            Verdict::Refused | Verdict::RefusedOrClosed => (400..500).contains(&answer.status),
            Verdict::RefusedOrRedirected => {
                (400..500).contains(&answer.status) || leads_home(answer)
            }
            Verdict::Survived => (200..500).contains(&answer.status),
            Verdict::Fault => (400..500).contains(&answer.status) || is_refusal(&answer.body),
        };
        if !accepted {
            let body: String = answer.body.chars().take(300).collect();
            return Err(format!(
                "answered {} where {:?} was expected: {body}",
                answer.status, self.verdict
            ));
        }
        if answer.header(INJECTED).is_some() {
            return Err("a header came out of the request".to_owned());
        }
        let text = String::from_utf8_lossy(bytes);
        if text.matches("HTTP/1.1 ").count() > 1 {
            return Err("one request was answered twice".to_owned());
        }
        match self
            .forbidden
            .iter()
            .find(|forbidden| text.contains(forbidden.as_str()))
        {
            Some(found) => Err(format!("the answer ({}) shows {found}", answer.status)),
            None => Ok(()),
        }
    }
}

fn leads_home(answer: &Answer) -> bool {
    let location = answer.header("location").unwrap_or_default();
    answer.status == 308 && location.starts_with("http://127.0.0.1/")
}
