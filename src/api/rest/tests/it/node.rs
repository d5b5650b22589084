//! A node with the cloud `Dummy` and an empty database, and a client that calls its API.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use im_api_rest::{RequestSettings, router};
use im_api_server::Handler;
use im_auth::{AuthSettings, Authenticator};
use im_cluster::{CacheSettings, Cluster};
use im_connectors::{Registry, RegistrySettings};
use im_manager::{BootMode, Manager, ManagerSettings};
use im_util::{Clock, SystemClock};
use serde_json::Value;
use tempfile::TempDir;

/// A document of two machines that need no configuration.
pub(crate) const RADL: &str = "network lan (outbound = 'no')\nsystem node (\ncpu.count = 1 and\nmemory.size = 512m and\n\
    net_interface.0.connection = 'lan' and\ndisk.0.image.url = 'mock0://img/base'\n)\ncontextualize ()\ndeploy node 2\n";

/// The credentials of a user with the cloud.
pub(crate) const USER: (&str, &str) = (
    "Authorization",
    "type = InfrastructureManager; username = ann; password = secret\\nid = dummy; type = Dummy",
);

pub(crate) struct Node {
    api: Handler,
    _dir: TempDir,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A path of the table with something in its variable parts.
pub(crate) fn path_of(template: &str) -> String {
    let parts = template
        .split('/')
        .map(|part| if part.starts_with('{') { "0" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

// === impl Node ===

impl Node {
    pub(crate) async fn new() -> Self {
        Self::with(RequestSettings::default()).await
    }

    pub(crate) async fn with(settings: RequestSettings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/inf.dat", dir.path().display());
        let store = im_store::open(&url).await.unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let cache = CacheSettings {
            time_to_idle: None,
            max_bytes: 1 << 30,
        };
        let manager = Manager::new(
            manager_settings(),
            Authenticator::new(AuthSettings::default(), Arc::clone(&clock)),
            Cluster::new(store, Arc::clone(&clock), cache),
            Registry::new(RegistrySettings::default(), Arc::clone(&clock)),
            clock,
        );
        Self {
            api: router(manager, settings),
            _dir: dir,
        }
    }

    /// The API, for a listener.
    pub(crate) fn api(&self) -> Handler {
        self.api.clone()
    }

    /// The answer to a GET of the user.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[USER], "").await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request = request.header(header::HOST, "im.test");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.body(body.into()).unwrap()).await
    }

    /// The answer to a list with a header of any bytes.
    pub(crate) async fn raw_header(&self, name: &'static str, value: &[u8]) -> Reply {
        let mut request = Request::get("/infrastructures")
            .body(Body::empty())
            .unwrap();
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static(USER.1));
        let value = HeaderValue::from_bytes(value).unwrap();
        headers.insert(HeaderName::from_static(name), value);
        self.answer(request).await
    }

    /// The id of a new infrastructure of two machines.
    pub(crate) async fn created(&self) -> String {
        let answer = self
            .send(Method::POST, "/infrastructures", &[USER], RADL)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.headers["infid"].to_str().unwrap().to_owned()
    }

    async fn answer(&self, request: Request<Body>) -> Reply {
        let response = self.api.answer(request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

// === impl Reply ===

impl Reply {
    pub(crate) fn kind(&self) -> &str {
        self.headers[header::CONTENT_TYPE].to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
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
