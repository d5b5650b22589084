//! Buffers: what a node takes must come through.

use super::{Expected, Findings};
use crate::Config;

/// HAProxy's own values.
const BUFSIZE: u64 = 16384;
const MAXREWRITE: u64 = 1024;

pub(super) fn check(config: &Config, expected: &Expected, findings: &mut Findings) {
    let global = config.section("global");
    let value = |name: &str| {
        let line = global?.matching(&[name]).last()?;
        Some((line.number, line.words.get(1)?.parse::<u64>().ok()?))
    };
    let bufsize = value("tune.bufsize");
    let line = bufsize.map_or_else(
        || global.map_or(1, |section| section.number),
        |(line, _)| line,
    );
    let bufsize = bufsize.map_or(BUFSIZE, |(_, bytes)| bytes);
    let reserve = value("tune.maxrewrite").map_or(MAXREWRITE.min(bufsize / 2), |(_, bytes)| bytes);
    let room = bufsize.saturating_sub(reserve);
    if room < expected.max_head {
        findings.warning(
            line,
            format!(
                "HAProxy answers 400 to heads above {room} bytes (tune.bufsize {bufsize} less tune.maxrewrite {reserve}), and the \
                 nodes take up to {} (MAX_REQUEST_HEAD): requests with many credentials fail; raise tune.bufsize, or lower \
                 MAX_REQUEST_HEAD.",
                expected.max_head
            ),
        );
    }
}
