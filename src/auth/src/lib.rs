//! Who is asking, and with which cloud credentials.
//!
//! `Identity`, `Owner` and `UserKey` live in `im_domain::owner`: they are data that infrastructures hold.
