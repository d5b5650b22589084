//! The cloud `Dummy`: machines that exist at once and only in memory.
