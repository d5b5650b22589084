//! The simulated cloud as a process. It says `Simulated cloud: http://ADDRESS` when it listens.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is a program for terminals"
)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use im_simulated_cloud::{Cloud, Faults, Idempotency, Settings};

/// A cloud whose machines are words in a file.
#[derive(Debug, Parser)]
struct Args {
    /// Where it listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The file of its state.
    #[arg(long)]
    state: PathBuf,
    /// An account, as name:password; may be repeated. Without it there is u:p.
    #[arg(long = "account")]
    accounts: Vec<String>,
    /// Ignore the tokens of launches.
    #[arg(long)]
    without_tokens: bool,
    /// What goes wrong in the beginning, in JSON as for PUT /control/faults.
    #[arg(long, default_value = "{}")]
    faults: String,
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    let faults: Faults = serde_json::from_str(&args.faults)?;
    let mut settings = Settings {
        listen: args.listen,
        faults,
        ..Settings::new(args.state)
    };
    if args.without_tokens {
        settings.idempotency = Idempotency::None;
    }
    if !args.accounts.is_empty() {
        settings.accounts.clear();
    }
    for account in &args.accounts {
        let (name, password) = account
            .split_once(':')
            .ok_or("an account is name:password")?;
        settings
            .accounts
            .insert(name.to_owned(), password.to_owned());
    }
    let cloud = Cloud::start(settings)?;
    println!("Simulated cloud: http://{}", cloud.address());
    cloud.wait()?;
    Ok(())
}
