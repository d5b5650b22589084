//! Who is asking, and with which cloud credentials.
