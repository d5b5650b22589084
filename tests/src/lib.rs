//! Tests of the whole service, from outside.
