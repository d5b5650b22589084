//! How fast documents are read, checked and printed.
//!
//! A typical document shows the cost of a request, a large one the throughput. Documents of 5 MB of every shape that
//! could make a careless reader slow show that time grows with length alone: each must be read in under a second,
//! and the run stops with an error where one is not.

#![allow(missing_docs, reason = "the macros of the harness write functions")]
#![allow(clippy::expect_used, reason = "a benchmark may stop where it fails")]

mod shapes;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use im_radl::Radl;

/// The longest time in which a document of 5 MB may be read.
const LIMIT: Duration = Duration::from_secs(1);

fn typical(c: &mut Criterion) {
    let text = shapes::typical();
    let radl = Radl::parse(&text).expect("a document");
    let json = radl.to_simple_json();
    let mut group = c.benchmark_group("typical");
    group.bench_function("parse text", |b| b.iter(|| Radl::parse(black_box(&text))));
    group.bench_function("parse json", |b| {
        b.iter(|| Radl::from_json(black_box(&json)));
    });
    group.bench_function("check", |b| b.iter(|| black_box(&radl).check()));
    group.bench_function("print text", |b| b.iter(|| black_box(&radl).to_text()));
    group.bench_function("print json", |b| {
        b.iter(|| black_box(&radl).to_simple_json());
    });
    group.bench_function("document of a machine", |b| {
        b.iter(|| black_box(&radl).for_machine_of("work"));
    });
    group.finish();
}

fn large(c: &mut Criterion) {
    let text = shapes::systems();
    let radl = Radl::parse(&text).expect("a document");
    let json = radl.to_simple_json();
    let mut group = c.benchmark_group("large");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse text", |b| b.iter(|| Radl::parse(black_box(&text))));
    group.bench_function("check", |b| b.iter(|| black_box(&radl).check()));
    group.bench_function("print text", |b| b.iter(|| black_box(&radl).to_text()));
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("parse json", |b| {
        b.iter(|| Radl::from_json(black_box(&json)));
    });
    group.finish();
}

/// Timed once each: the question is whether time is linear, not what it is to the microsecond.
#[allow(clippy::print_stdout, reason = "the figures are the purpose")]
fn hostile(_: &mut Criterion) {
    for (name, text) in shapes::hostile() {
        let read = if text.starts_with("[{") {
            Radl::from_json
        } else {
            Radl::parse
        };
        let start = Instant::now();
        let radl = read(&text);
        let read_in = start.elapsed();
        if let Ok(radl) = &radl {
            black_box((
                radl.check().is_ok(),
                radl.to_text().len(),
                radl.to_json().len(),
            ));
        }
        let all_in = start.elapsed();
        let verdict = radl.map_or_else(
            |error| error.to_string().chars().take(60).collect(),
            |_| "a document".to_owned(),
        );
        println!("5 MB of {name}: read in {read_in:?}, all in {all_in:?} ({verdict})");
        assert!(read_in < LIMIT, "5 MB of {name} took {read_in:?}");
        assert!(
            all_in < 4 * LIMIT,
            "reading, checking and printing 5 MB of {name} took {all_in:?}"
        );
    }
}

criterion_group!(benches, typical, large, hostile);
criterion_main!(benches);
