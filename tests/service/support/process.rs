//! What the kernel knows of a process.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// Resident memory in bytes.
pub(crate) fn resident_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("a line VmRSS");
    let kilobytes: u64 = line
        .split_whitespace()
        .nth(1)
        .expect("a number")
        .parse()
        .expect("a number");
    kilobytes * 1024
}

/// Waits until the process uses less than a tenth of a core over half a second; answers whether it came to that.
pub(crate) fn comes_to_rest(pid: u32, patience: Duration) -> bool {
    const WINDOW: Duration = Duration::from_millis(500);
    // The kernel counts in hundredths of a second.
    const BUSY_TICKS: u64 = 5;
    let end = Instant::now() + patience;
    while Instant::now() < end {
        let before = ticks(pid);
        thread::sleep(WINDOW);
        if ticks(pid) - before < BUSY_TICKS {
            return true;
        }
    }
    false
}

/// Processor time used so far, by all threads.
fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    let (_, after_name) = stat.rsplit_once(')').expect("a name in parentheses");
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    // utime and stime are the fields 14 and 15; the list here begins with field 3.
    [11, 12]
        .iter()
        .map(|field| fields[*field].parse::<u64>().expect("a number"))
        .sum()
}
