//! Whatever is posted: it is read, translated, laid over another document and evaluated, and nothing panics.
//!
//! The input is up to three documents, separated by lines of `---`: the one that is posted, the one that is stored, and
//! the one that every address answers. `cargo fuzz run documents --fuzz-dir src/tosca/fuzz -- -timeout=10` runs it; on
//! a stable toolchain with `--sanitizer none`.

#![no_main]

use std::sync::Arc;

use im_tosca::{
    Context, ExistingMachine, FetchError, Limits, LiveInfrastructure, LiveMachine, Resolver, Template,
};
use libfuzzer_sys::fuzz_target;

struct Same(Arc<str>);

impl Resolver for Same {
    fn fetch(&self, _url: &str) -> Result<Arc<str>, FetchError> {
        Ok(Arc::clone(&self.0))
    }

    fn template_repository(&self) -> Option<&str> {
        Some("https://example.org/templates/")
    }
}

fuzz_target!(|text: &str| {
    let mut documents = text.split("\n---\n");
    let posted = documents.next().unwrap_or_default();
    let stored = documents.next().unwrap_or_default();
    let resolver = Same(documents.next().unwrap_or_default().into());
    let limits = Limits::default();
    let Ok(template) = Template::parse(posted, &resolver, &limits) else {
        return;
    };
    consider(&template, &resolver);
    if let Ok(merged) = template.over(stored, &resolver) {
        consider(&merged, &resolver);
    }
});

fn consider(template: &Template, resolver: &Same) {
    let existing = [0, 1].map(|id| ExistingMachine {
        id,
        system: "m".to_owned(),
        created: 0,
    });
    let translated = template.translate(&Context {
        resolver,
        token: Some("token"),
        existing: &existing,
        unique: "00000000",
    });
    let radl = translated.map(|it| it.radl).unwrap_or_default();
    let _ = radl.check();
    let _ = radl.to_text();
    let machine = LiveMachine {
        cloud_vm_id: Some("id"),
        radl: &radl,
        log: Some("log"),
        ansible_output: None,
        service: None,
    };
    let _ = template.outputs(&LiveInfrastructure {
        machines: &[machine],
        token: None,
    });
    let stored = template.to_yaml();
    let again = Template::parse(&stored, resolver, &Limits::default());
    if let Ok(again) = again {
        assert_eq!(again.to_yaml(), stored, "what is stored is read as it was");
    }
}
