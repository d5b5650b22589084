//! Where finished lines go.

/// Takes lines, each with its line feed, whole and in order.
pub(crate) trait Sink: Send + Sync + 'static {
    /// Takes one line. It does not wait for a disk.
    fn put(&self, line: &[u8]);
}
