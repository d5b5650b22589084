//! The steps before the work: boot mode, who is asking, whose infrastructure.
