//! Creation, addition, removal, destruction and configuration, through the manager, over a SQLite file and clouds
//! that do what a test says.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod add;
mod cloud;
mod commits;
mod context;
mod create;
mod destroy;
mod estimate;
mod failures;
mod node;
mod outage;
mod placement;
mod reconfigure;
mod recovery;
mod remove;
mod sessions;
mod takeover;
mod tosca;
