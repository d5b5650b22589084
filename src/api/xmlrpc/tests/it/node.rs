//! A node with the cloud `Dummy` and an empty database, and a client that calls its API.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use dxr::{FaultResponse, MethodCall, MethodResponse, Value};
use im_api_xmlrpc::{CallSettings, router};
use im_auth::{AuthSettings, Authenticator};
use im_cluster::{CacheSettings, Cluster};
use im_connectors::{CloudType, Registry, RegistrySettings};
use im_manager::{BootMode, Manager, ManagerSettings};
use im_util::{Clock, SystemClock};
use tempfile::TempDir;
use tower::ServiceExt;

/// A document of two machines that need no configuration.
pub(crate) const RADL: &str = "network lan (outbound = 'no')\nsystem node (\ncpu.count = 1 and\nmemory.size = 5g and\n\
    net_interface.0.connection = 'lan' and\ndisk.0.image.url = 'mock0://img/base'\n)\ncontextualize ()\ndeploy node 2\n";

/// A text that no log may have.
pub(crate) const SECRET: &str = "marked-secret";

/// What a node answers.
#[derive(Debug, PartialEq)]
pub(crate) enum Reply {
    /// `[true, value]`.
    Done(Value),
    /// `[false, message]`.
    Refused(String),
    /// A fault.
    Fault(i32, String),
}

pub(crate) struct Node {
    pub(crate) router: Router,
    _dir: TempDir,
}

// === impl Node ===

impl Node {
    pub(crate) async fn new() -> Self {
        Self::with(CallSettings::default()).await
    }

    pub(crate) async fn with(settings: CallSettings) -> Self {
        Self::over(settings, None).await
    }

    /// A node that has one more type of cloud.
    pub(crate) async fn over(settings: CallSettings, cloud_type: Option<CloudType>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/inf.dat", dir.path().display());
        let store = im_store::open(&url).await.unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let cache = CacheSettings {
            time_to_idle: None,
            max_bytes: 1 << 30,
        };
        let mut registry = Registry::new(RegistrySettings::default(), Arc::clone(&clock));
        if let Some(cloud_type) = cloud_type {
            registry.add(cloud_type);
        }
        let manager = Manager::new(
            manager_settings(),
            Authenticator::new(AuthSettings::default(), Arc::clone(&clock)),
            Cluster::new(store, Arc::clone(&clock), cache),
            registry,
            clock,
        );
        Self {
            router: router(manager, settings),
            _dir: dir,
        }
    }

    /// Calls a method.
    pub(crate) async fn call(&self, method: &str, params: Vec<Value>) -> Reply {
        let call = MethodCall {
            name: method.into(),
            params,
        };
        self.send(call.to_xml().unwrap()).await
    }

    /// What a call must answer that is done.
    pub(crate) async fn done(&self, method: &str, params: Vec<Value>) -> Value {
        match self.call(method, params).await {
            Reply::Done(value) => value,
            other => panic!("{method}: {other:?}"),
        }
    }

    /// Sends the document of a call.
    pub(crate) async fn send(&self, document: impl Into<Body>) -> Reply {
        let (status, document) = self.post(document).await;
        assert_eq!(status, StatusCode::OK, "{document}");
        reply(&document)
    }

    /// Sends a body; its status and text.
    pub(crate) async fn post(&self, body: impl Into<Body>) -> (StatusCode, String) {
        let request = Request::post("/RPC2").body(body.into()).unwrap();
        self.request(request).await
    }

    pub(crate) async fn request(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        if status == StatusCode::OK {
            assert_eq!(response.headers()[header::CONTENT_TYPE], "text/xml");
        }
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

fn reply(document: &str) -> Reply {
    let Ok(answer) = MethodResponse::from_xml(document) else {
        let fault = FaultResponse::from_xml(document).unwrap().fault;
        return Reply::Fault(fault.code(), fault.string().to_owned());
    };
    match answer.value {
        Value::Array(pair) => match <[Value; 2]>::try_from(pair).unwrap() {
            [Value::Boolean(true), value] => Reply::Done(value),
            [Value::Boolean(false), Value::String(message)] => Reply::Refused(message),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn manager_settings() -> ManagerSettings {
    ManagerSettings {
        boot_mode: BootMode::Normal,
        max_simultaneous_launches: 1,
        max_vm_fails: 3,
        delay_between_vm_retries: Duration::ZERO,
        vm_info_update_frequency: Duration::from_secs(10),
        vm_info_update_error_grace_period: Duration::from_secs(120),
        wait_running_vm_timeout: Duration::from_secs(60),
        confmanager_check_state_interval: Duration::from_secs(1),
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

pub(crate) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

pub(crate) fn structure(members: &[(&str, &str)]) -> Value {
    Value::Struct(
        members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), text(value)))
            .collect(),
    )
}

/// The credentials of a user, and those of the cloud.
pub(crate) fn user(name: &str) -> Value {
    Value::Array(vec![
        structure(&[
            ("type", "InfrastructureManager"),
            ("username", name),
            ("password", SECRET),
        ]),
        structure(&[("id", "dummy"), ("type", "Dummy")]),
    ])
}
