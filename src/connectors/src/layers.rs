//! What all connectors need and none does by itself: time limits, retries, limits, failures on purpose.
