//! A cloud that lives outside the nodes: a process, or a thread of a test, that answers over HTTP.
//!
//! Machines are words in a file, but what a service of many nodes must survive is real: answers take time, are lost
//! after the effect, or come too early for the list, which shows machines late; launches with a token are recognised
//! or are not; there is room for so many. [`faults`] can be changed at any time, and [`audit`] tells what was ever
//! made, so that a test can count the machines that were made twice and those that nobody removed.
//!
//! # What is certain
//! An effect is written to the file, and the file synchronised, before it is answered, under one lock ([`ledger`]). A
//! `kill -9` at any moment therefore loses no effect that was answered, and none is had by halves. A request that has
//! arrived is carried out even if its client is gone: clouds do that.
//!
//! # The interface
//! All but `/control` asks for `Authorization: Basic`; an account sees its own machines alone.
//!
//! | call | effect |
//! | --- | --- |
//! | `POST /machines` | makes one: name, image, cpu, `memory_mb`, interfaces, `user_data`, labels, perhaps a token. 201; 200 for a repeat with the same token, 422 if it asks for something else, 410 if that machine was removed; 409 if there is no room |
//! | `GET /machines?label=key=value` | those that the list shows already |
//! | `GET /machines/{id}` `DELETE` `PUT` | one as it is now; removes it; changes cpu and `memory_mb` |
//! | `POST /machines/{id}/start` `stop` `reboot` | |
//! | `POST /machines/{id}/images`, `GET /images`, `DELETE /images/{id}` | |
//! | `GET /quotas` | |
//! | `GET /control/audit`, `PUT /control/faults` | |

#![allow(
    clippy::print_stderr,
    reason = "a part of tests that says what it could not do"
)]

mod api;
pub mod audit;
pub mod faults;
mod ledger;
mod machine;
mod server;
mod settings;

pub use audit::Audit;
pub use faults::{Failure, Faults, Kind, Operation};
pub use machine::{Image, Machine, Power, Size, Spec};
pub use server::Cloud;
pub use settings::{Idempotency, Settings};
