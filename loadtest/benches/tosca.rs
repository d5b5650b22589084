//! How fast TOSCA templates are read and translated.
//!
//! The public templates and the types they import are read from `../shared` beside the repository; without them the
//! benchmark says so and ends. Every template must be read and translated in under 20 ms, imported types and recipes
//! included, and the run stops with an error where one is not.

#![allow(missing_docs, reason = "the macros of the harness write functions")]
#![allow(clippy::expect_used, reason = "a benchmark may stop where it fails")]
#![allow(clippy::print_stdout, reason = "the figures are the purpose")]

use std::collections::HashMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use im_tosca::{Context, FetchError, Limits, Resolver, Template, Translation};
use serde_json::Value;

/// The longest time in which a template may be read and translated.
const LIMIT: Duration = Duration::from_millis(20);

/// Documents under a folder, each read once.
#[derive(Default)]
struct Documents {
    known: Mutex<HashMap<String, Arc<str>>>,
}

impl Resolver for Documents {
    fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        let mut known = self.known.lock().expect("no panic");
        if let Some(text) = known.get(url) {
            return Ok(text.clone());
        }
        let path = url.split_once("://").map_or("", |(_, path)| path);
        let text: Arc<str> = std::fs::read_to_string(shared().join("types").join(path))
            .map_err(|error| FetchError {
                reason: error.to_string(),
                body: String::new(),
            })?
            .into();
        known.insert(url.to_owned(), text.clone());
        Ok(text)
    }
}

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/tosca")
}

fn translate(text: &str, documents: &Documents) -> Option<Translation> {
    let template = Template::parse(text, documents, &Limits::default()).ok()?;
    let context = Context {
        resolver: documents,
        token: None,
        existing: &[],
        unique: "00000000",
    };
    template.translate(&context).ok()
}

/// Name and text of each template that is its own document.
fn templates() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in ["cases.jsonl", "merged.jsonl"] {
        let lines = std::fs::read_to_string(shared().join(file)).unwrap_or_default();
        for line in lines.lines() {
            let case: Value = serde_json::from_str(line).expect("a case");
            let text = |key: &str| case.get(key).and_then(Value::as_str).map(str::to_owned);
            found.extend(text("name").zip(text("input")));
        }
    }
    found
}

fn public_templates(c: &mut Criterion) {
    let documents = Documents::default();
    let mut slowest: Option<(Duration, String, String)> = None;
    let templates = templates();
    if templates.is_empty() {
        println!("skipped: there are no templates in {}", shared().display());
        return;
    }
    for (name, text) in templates {
        if translate(&text, &documents).is_none() {
            continue;
        }
        let best = (0..3)
            .map(|_| {
                let start = Instant::now();
                black_box(translate(black_box(&text), &documents));
                start.elapsed()
            })
            .min()
            .unwrap_or_default();
        assert!(best < LIMIT, "{name} took {best:?}");
        if slowest.as_ref().is_none_or(|(time, _, _)| best > *time) {
            slowest = Some((best, name, text));
        }
    }
    let Some((time, name, text)) = slowest else {
        return;
    };
    println!("slowest public template: {name}, {time:?}");
    c.bench_function("slowest public template", |b| {
        b.iter(|| translate(black_box(&text), &documents));
    });
}

criterion_group!(benches, public_templates);
criterion_main!(benches);
