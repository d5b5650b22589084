//! The service that deploys and configures virtual infrastructures on many clouds.
fn main() {}
