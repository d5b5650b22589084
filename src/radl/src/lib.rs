//! The RADL language: model, parser, check and printers.
