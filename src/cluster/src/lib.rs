//! Who may change an infrastructure, and the cache of those that this node owns.
