//! How many files, and so connections, this process may have open.

/// The soft limit of open files, where the operating system tells it in `/proc`.
pub(crate) fn limit() -> Option<usize> {
    parse(&std::fs::read_to_string("/proc/self/limits").ok()?)
}

/// Three of four files for connections: the rest is for the database, clouds, logs.
pub(crate) fn for_connections(wanted: usize) -> usize {
    limit().map_or(wanted, |limit| wanted.min(limit / 4 * 3))
}

fn parse(limits: &str) -> Option<usize> {
    limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_is_read() {
        let text = "Limit   Soft Limit  Hard Limit  Units\nMax processes  1  2  p\nMax open files    1024     524288     files\n";
        assert_eq!(parse(text), Some(1024));
        assert_eq!(parse("Max open files unlimited unlimited files"), None);
        assert_eq!(parse(""), None);
    }
}
