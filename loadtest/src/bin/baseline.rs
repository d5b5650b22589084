//! What the machine can do: a bare handler that answers the same bytes to every request.
//!
//! `baseline FILE CONTENT-TYPE` listens on a free port of the local host and says which.

#![allow(clippy::print_stdout, reason = "a command says where it listens")]

use std::process::ExitCode;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use tokio::net::TcpListener;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(kind)) = (arguments.next(), arguments.next()) else {
        println!("usage: baseline FILE CONTENT-TYPE");
        return ExitCode::FAILURE;
    };
    match serve(&file, kind) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("baseline: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(file: &str, kind: String) -> std::io::Result<()> {
    let body = Bytes::from(std::fs::read(file)?);
    let router = Router::new().fallback(move || async move { ([(CONTENT_TYPE, kind)], body) });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, router).await
}
