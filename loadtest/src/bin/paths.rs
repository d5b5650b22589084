//! The hot paths, so many times each and nothing beside, for a program that counts instructions.
//!
//! `paths PATH TIMES`, with a `PATH` of `parse` (a document of RADL), `get` (an infrastructure that is in memory, over REST),
//! `state`, or `create` (two machines, over REST). What a path costs is the difference between two numbers of times.

#![allow(clippy::print_stderr, reason = "a command says what is wrong")]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use im_api_rest::{RequestSettings, router};
use im_api_server::{ConnectionMemory, Handler};
use im_auth::{AuthSettings, Authenticator};
use im_cluster::{CacheSettings, Cluster};
use im_connectors::{Registry, RegistrySettings};
use im_manager::{BootMode, Manager, ManagerSettings};
use im_util::{Clock, SystemClock};
use mimalloc::MiMalloc;

/// The allocator of a node.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const RADL: &str = include_str!("two-vms.radl");
const USER: &str =
    "type = InfrastructureManager; username = ann; password = secret\\nid = dummy; type = Dummy";

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, times] = arguments.as_slice() else {
        eprintln!("usage: paths parse|get|state|create TIMES");
        return ExitCode::FAILURE;
    };
    match times
        .parse()
        .map_err(Failure::from)
        .and_then(|times| run(path, times))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paths: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Everything in one thread, so that the count is the same each time.
#[tokio::main(flavor = "current_thread")]
async fn run(path: &str, times: usize) -> Result<(), Failure> {
    if path == "parse" {
        for _ in 0..times {
            im_radl::Radl::parse(std::hint::black_box(RADL))?;
        }
        return Ok(());
    }
    let node = Node::new().await?;
    let created = node.answer(Method::POST, "/infrastructures", RADL).await?;
    let inf = created.rsplit('/').next().unwrap_or_default();
    let (method, target, body) = match path {
        "get" => (Method::GET, format!("/infrastructures/{inf}"), ""),
        "state" => (Method::GET, format!("/infrastructures/{inf}/state"), ""),
        "create" => (Method::POST, "/infrastructures".to_owned(), RADL),
        _ => {
            return Err(
                format!("'{path}' is no path; parse, get, state or create was expected").into(),
            );
        }
    };
    for _ in 0..times {
        node.answer(method.clone(), &target, body).await?;
    }
    Ok(())
}

/// A node with the cloud `Dummy` and an empty database, without a listener.
struct Node {
    api: Handler,
    /// Of the one connection over which all requests come.
    connection: ConnectionMemory,
    _directory: tempfile::TempDir,
}

// === impl Node ===

impl Node {
    async fn new() -> Result<Self, Failure> {
        let directory = tempfile::tempdir()?;
        let store =
            im_store::open(&format!("sqlite://{}/inf.dat", directory.path().display())).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let cache = CacheSettings {
            time_to_idle: None,
            max_bytes: 1 << 30,
        };
        let manager = Manager::new(
            settings(),
            Authenticator::new(AuthSettings::default(), Arc::clone(&clock)),
            Cluster::new(store, Arc::clone(&clock), cache),
            Registry::new(RegistrySettings::default(), Arc::clone(&clock)),
            clock,
        );
        Ok(Self {
            api: router(manager, RequestSettings::default()),
            connection: ConnectionMemory::default(),
            _directory: directory,
        })
    }

    /// The body of a good answer.
    async fn answer(
        &self,
        method: Method,
        path: &str,
        body: &'static str,
    ) -> Result<String, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "im.test")
            .header(header::AUTHORIZATION, USER)
            .extension(self.connection.clone())
            .body(Body::from(body))?;
        let (parts, body) = self.api.answer(request).await.into_parts();
        let body = String::from_utf8(to_bytes(body, usize::MAX).await?.to_vec())?;
        match parts.status {
            StatusCode::OK => Ok(body),
            status => Err(format!("{path}: {status} {body}").into()),
        }
    }
}

fn settings() -> ManagerSettings {
    ManagerSettings {
        boot_mode: BootMode::Normal,
        max_simultaneous_launches: 1,
        max_vm_fails: 3,
        delay_between_vm_retries: Duration::ZERO,
        vm_info_update_frequency: Duration::from_secs(3600),
        vm_info_update_error_grace_period: Duration::from_secs(7200),
        wait_running_vm_timeout: Duration::from_secs(3600),
        confmanager_check_state_interval: Duration::from_secs(3600),
        default_vm_memory: 512,
        default_vm_memory_unit: "M".into(),
        default_vm_cpus: 1,
        default_vm_cpu_arch: "x86_64".into(),
        default_vm_name: "vnode-#N#".into(),
        default_domain: "localdomain".into(),
        private_net_masks: vec!["10.0.0.0/8".into()],
        service_url: None,
        vm_tag_username: None,
        vm_tag_inf_id: None,
        vm_tag_im_url: None,
        vm_tag_im: None,
        max_inf_vms: 100,
    }
}
