//! Bounds: depth, digits, and the stack they must fit in.

#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use im_radl::{Feature, MAX_DEPTH, Radl};

/// A stack smaller than that of any thread of the node.
const STACK: usize = 1024 * 1024;

fn nested_text(levels: usize) -> String {
    format!(
        "system s ( {} x = 1 {} )",
        "a contains ( ".repeat(levels),
        " )".repeat(levels)
    )
}

fn nested_softs(levels: usize) -> String {
    format!(
        "system s ( {} x = 1 {} )",
        "soft 1 ( ".repeat(levels),
        " )".repeat(levels)
    )
}

fn nested_json(levels: usize) -> String {
    format!(
        r#"[{{"class":"system","id":"s","x":{}1{}}}]"#,
        r#"{"a":"#.repeat(levels),
        "}".repeat(levels)
    )
}

/// Runs everything that follows the nesting of a document.
fn exercise(radl: &Radl) {
    let copy = radl.clone();
    assert_eq!(&copy, radl);
    let _ = (
        radl.to_text(),
        radl.to_json(),
        radl.to_simple_json(),
        radl.check(),
        format!("{radl:?}"),
    );
    assert_eq!(
        Radl::from_json(&radl.to_json()).map(|again| again.to_json()),
        Ok(radl.to_json())
    );
    let _ = radl.first_system().map(im_radl::System::concrete);
}

fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(run)
        .expect("a thread starts");
    thread.join().expect("the stack suffices");
}

#[test]
fn features_are_nested_up_to_the_limit() {
    on_a_small_stack(|| {
        for nested in [nested_text, nested_softs] {
            // The body of the system is the first level.
            exercise(&Radl::parse(&nested(MAX_DEPTH - 1)).expect("as deep as may be"));
            for levels in [MAX_DEPTH, 100_000] {
                let error = Radl::parse(&nested(levels)).expect_err("too deep");
                assert_eq!(
                    error.to_string(),
                    "Features are nested too deep; expected 100 levels at most."
                );
            }
        }
    });
}

#[test]
fn json_is_nested_up_to_the_limit() {
    on_a_small_stack(|| {
        exercise(&Radl::from_json(&nested_json(MAX_DEPTH - 1)).expect("as deep as may be"));
        for levels in [MAX_DEPTH, 100_000] {
            let error = Radl::from_json(&nested_json(levels))
                .expect_err("too deep")
                .to_string();
            assert!(error.contains("nested too deep"), "{error}");
        }
        let error = Radl::from_json(&"[".repeat(1_000_000)).expect_err("too deep");
        assert!(error.to_string().contains("too deep"));
    });
}

#[test]
fn whole_numbers_have_a_limit() {
    let document = |digits: usize| format!("system s ( x = {} )", "9".repeat(digits));
    let text = Radl::parse(&document(im_radl::MAX_DIGITS))
        .expect("as long as may be")
        .to_text();
    assert!(text.contains(&"9".repeat(im_radl::MAX_DIGITS)));
    let error = Radl::parse(&document(im_radl::MAX_DIGITS + 1)).expect_err("too long");
    assert!(error.to_string().contains("4300 digits"), "{error}");
    let json = format!(
        "[{{\"class\":\"system\",\"id\":\"s\",\"x\":{}}}]",
        "9".repeat(5000)
    );
    assert!(Radl::from_json(&json).is_err());
}

#[test]
fn a_feature_is_small() {
    assert!(size_of::<Feature>() <= 24, "{}", size_of::<Feature>());
}
