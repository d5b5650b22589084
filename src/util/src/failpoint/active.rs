//! What happens at the points.

use std::process::Command;
use std::time::Duration;

/// The configuration of the environment, until it is dropped.
pub struct Scenario {
    _scenario: fail::FailScenario<'static>,
}

/// Passes a point; answers whether its step is to fail. What happens is said on standard error, for who waits for it.
///
/// # Panics
/// If the configuration says so.
#[allow(
    clippy::print_stderr,
    reason = "the process may have no time for its log"
)]
pub async fn hit(name: &str) -> bool {
    let Some(wanted) = fail::eval(name, |text| text.unwrap_or_default()) else {
        return false;
    };
    eprintln!("failpoint {name}: {wanted}");
    let (verb, rest) = wanted.split_once(':').unwrap_or((&wanted, ""));
    let time = Duration::from_millis(rest.parse().unwrap_or(0));
    match verb {
        "abort" => std::process::abort(),
        "stop" => stand_still(time),
        "sleep" => tokio::time::sleep(time).await,
        "panic" => std::panic::panic_any(format!("the failpoint {name} says so")),
        _ => {}
    }
    verb == "error"
}

/// Says what happens at a point from now on.
///
/// # Errors
/// If the actions cannot be understood.
pub fn set(name: &str, actions: &str) -> Result<(), String> {
    fail::cfg(name, actions)
}

/// Stops this process; a shell lets it go on, unless it was killed meanwhile.
fn stand_still(time: Duration) {
    let script = "kill -STOP \"$1\"; sleep \"$2\"; kill -CONT \"$1\"";
    let me = std::process::id().to_string();
    let seconds = format!("{:.3}", time.as_secs_f64());
    let shell = Command::new("sh")
        .args(["-c", script, "failpoint", &me, &seconds])
        .spawn();
    if let Ok(mut shell) = shell {
        // Every thread stands still meanwhile; that this one waits blocks nothing more.
        let _ended = shell.wait();
    }
}

// === impl Scenario ===

impl Scenario {
    /// Reads the environment variable `FAILPOINTS`.
    #[must_use]
    pub fn from_environment() -> Self {
        Self {
            _scenario: fail::FailScenario::setup(),
        }
    }
}

impl std::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scenario")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn step(name: &str) -> Result<u32, String> {
        crate::failpoint!(name);
        crate::failpoint!(format!("{name}.error"), return Err("asked for".to_owned()));
        Ok(1)
    }

    #[tokio::test(start_paused = true)]
    async fn a_point_waits_fails_and_dies_as_it_is_told_and_no_longer() {
        assert_eq!(step("a").await, Ok(1));
        set("a", "1*off->1*return(sleep:5000)").unwrap();
        set("a.error", "2*off->1*return(error)->off").unwrap();
        let begun = tokio::time::Instant::now();
        assert_eq!(step("a").await, Ok(1));
        assert_eq!(begun.elapsed(), Duration::ZERO);
        assert_eq!(step("a").await, Ok(1));
        assert_eq!(begun.elapsed(), Duration::from_secs(5));
        assert_eq!(step("a").await, Err("asked for".to_owned()));
        assert_eq!(step("a").await, Ok(1));
        set("b", "return(panic)").unwrap();
        assert!(tokio::spawn(step("b")).await.unwrap_err().is_panic());
        assert!(set("c", "explode").is_err());
    }

    #[tokio::test]
    async fn the_whole_process_stands_still() {
        set("stop", "1*return(stop:300)").unwrap();
        let ticks = tokio::spawn(async {
            let mut longest = Duration::ZERO;
            loop {
                let before = std::time::Instant::now();
                tokio::time::sleep(Duration::from_millis(10)).await;
                longest = longest.max(before.elapsed());
                if longest >= Duration::from_millis(250) {
                    return;
                }
            }
        });
        let stopped = tokio::spawn(async { hit("stop").await });
        assert!(!stopped.await.unwrap());
        ticks.await.unwrap();
    }
}
