//! The use cases: what a user can do with infrastructures.
