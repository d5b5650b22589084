//! Which types of cloud there are.
