//! What a document may cost before it is refused.

/// Bounds of one reading and translation. A document beyond one of them is refused with an error that names it.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one document, imported or not.
    pub bytes: usize,
    /// Values of one document after its aliases are followed.
    pub values: usize,
    /// How deep values may be nested.
    pub depth: usize,
    /// How many documents may be imported, and how many recipes fetched.
    pub documents: usize,
    /// How many node templates a topology may have.
    pub nodes: usize,
    /// How many requirements all nodes together may have.
    pub requirements: usize,
    /// How many machines of one node may be asked for.
    pub machines: u64,
    /// How many values, and pieces of 64 bytes of text, the functions of one translation or evaluation may give.
    pub calls: usize,
    /// The longest text a function may build, and the longest generated input, in bytes.
    pub text: usize,
}

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 20,
            values: 400_000,
            depth: 60,
            documents: 200,
            nodes: 1_000,
            requirements: 20_000,
            machines: 10_000,
            calls: 400_000,
            text: 1 << 20,
        }
    }
}
