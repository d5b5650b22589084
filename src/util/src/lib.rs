//! Clock, backoff and secrets: what every room needs and none owns.
