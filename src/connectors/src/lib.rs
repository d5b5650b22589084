//! Clouds: one connector a type, and the layers around them.
