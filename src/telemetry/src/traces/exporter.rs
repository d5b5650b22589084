//! The way to the collector.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use im_util::is_secret_name;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::resource::{
    EnvResourceDetector, ResourceDetector, TelemetryResourceDetector,
};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use thiserror::Error;
use tokio::runtime::{Builder, Handle, Runtime};

use super::settings::{TraceProtocol, TraceSettings};

/// What is shown of a secret.
const HIDDEN: &str = "***";

/// How long the end of the process waits for a collector.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why traces cannot be sent. `Display` is a sentence.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The runtime that sends them cannot be started.
    #[error("Traces cannot be sent: their runtime cannot be started: {0}.")]
    Runtime(std::io::Error),
    /// The collector cannot be reached as it is described.
    #[error("Traces cannot be sent as OTEL_EXPORTER_OTLP_* say: {0}.")]
    Exporter(String),
}

/// Traces that are being sent.
pub(crate) struct Exporting {
    provider: SdkTracerProvider,
    /// `None` when it has ended.
    runtime: Option<Runtime>,
}

/// Sends spans on the runtime of traces, without the secrets in them.
struct OnRuntime<E> {
    inner: Arc<E>,
    runtime: Handle,
}

// === impl Exporting ===

impl Exporting {
    pub(crate) fn start(settings: &TraceSettings) -> Result<Self, TraceError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("traces")
            .enable_all()
            .build()
            .map_err(TraceError::Runtime)?;
        let exporter = {
            // The channel of gRPC is made in a runtime.
            let _entered = runtime.enter();
            exporter(settings)?
        };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(OnRuntime {
                inner: Arc::new(exporter),
                runtime: runtime.handle().clone(),
            })
            .with_resource(resource(settings))
            .build();
        Ok(Self {
            provider,
            runtime: Some(runtime),
        })
    }

    pub(crate) fn tracer(&self) -> SdkTracer {
        self.provider.tracer("im")
    }
}

impl Drop for Exporting {
    /// Sends what is left.
    fn drop(&mut self) {
        if let Err(error) = self.provider.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%error, "the last traces could not be sent");
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn exporter(settings: &TraceSettings) -> Result<opentelemetry_otlp::SpanExporter, TraceError> {
    let failed = |error: &dyn fmt::Display| TraceError::Exporter(error.to_string());
    let builder = opentelemetry_otlp::SpanExporter::builder();
    let timeout = settings.timeout;
    let built = match settings.protocol {
        TraceProtocol::Grpc => builder.with_tonic().with_timeout(timeout).build(),
        TraceProtocol::Http => {
            let builder = builder
                .with_http()
                .with_protocol(Protocol::HttpBinary)
                .with_timeout(timeout);
            match settings.secure {
                false => {
                    let client = HyperClient::new(HttpConnector::new(), timeout, None);
                    builder.with_http_client(client).build()
                }
                true => {
                    let provider = rustls::crypto::ring::default_provider();
                    let connector = HttpsConnectorBuilder::new()
                        .with_provider_and_native_roots(provider)
                        .map_err(|error| failed(&error))?
                        .https_only()
                        .enable_http1()
                        .build();
                    let client = HyperClient::new(connector, timeout, None);
                    builder.with_http_client(client).build()
                }
            }
        }
    };
    built.map_err(|error| failed(&error))
}

/// Who sends. What `OTEL_RESOURCE_ATTRIBUTES` says goes before what is known here.
fn resource(settings: &TraceSettings) -> Resource {
    let said = EnvResourceDetector::new().detect();
    let known = [
        ("service.version", &settings.version),
        ("service.instance.id", &settings.instance),
        ("host.name", &settings.host),
    ]
    .into_iter()
    .filter(|(name, _)| said.iter().all(|(key, _)| key.as_str() != *name))
    .map(|(name, value)| KeyValue::new(name, value.clone()));
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()))
        .with_attributes(known)
        .with_service_name(settings.service.clone())
        .build()
}

// === impl OnRuntime ===

impl<E: SpanExporter + 'static> SpanExporter for OnRuntime<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut batch {
            hide(&mut span.attributes);
        }
        let inner = Arc::clone(&self.inner);
        let sent = self.runtime.spawn(async move { inner.export(batch).await });
        sent.await
            .unwrap_or_else(|error| Err(OTelSdkError::InternalFailure(error.to_string())))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    /// Called before anything is sent, while nobody else has the exporter.
    fn set_resource(&mut self, resource: &Resource) {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.set_resource(resource);
        }
    }
}

fn hide(attributes: &mut [KeyValue]) {
    for attribute in attributes {
        if is_secret_name(attribute.key.as_str()) {
            attribute.value = HIDDEN.into();
        }
    }
}

impl<E> fmt::Debug for OnRuntime<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnRuntime")
    }
}

impl fmt::Debug for Exporting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exporting")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_like_a_secret_is_not_sent() {
        let mut attributes = [
            KeyValue::new("new_password", "MARKED"),
            KeyValue::new("token", 5),
            KeyValue::new("url.path", "/x"),
        ];
        hide(&mut attributes);
        let values = attributes.map(|attribute| attribute.value.to_string());
        assert_eq!(values, ["***", "***", "/x"]);
    }
}
