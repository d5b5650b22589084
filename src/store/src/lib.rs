//! Where infrastructures are kept.
