//! Whatever is logged becomes one line.

use std::sync::Arc;

use im_telemetry::{Capture, LogFormat, LogLevel};
use im_util::ManualClock;
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_text_is_one_line(message in any::<String>(), field in any::<String>(), id in any::<String>()) {
        for format in [LogFormat::Text, LogFormat::Json] {
            let capture = Capture::new();
            let subscriber = capture.subscriber(LogLevel::Info, format, Arc::new(ManualClock::at(0)));
            tracing::subscriber::with_default(subscriber, || {
                tracing::info!(target: "im_manager", { inf.id = id.as_str(), field }, "{message}");
            });
            let text = capture.text();
            prop_assert_eq!(text.chars().filter(|c| c.is_control()).collect::<String>(), "\n");
            prop_assert!(text.ends_with('\n'));
            if format == LogFormat::Json {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
            }
        }
    }
}
