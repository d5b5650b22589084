//! The description of the API, written from the handlers.

mod refused;

use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::{Modify, OpenApi};

use crate::error::ErrorForm;
use crate::handlers::{
    clouds, disks, files, health, index, infrastructures, oai, operations, owners, properties,
    resources, stats, transfer, version, vm_operations, vm_properties, vms,
};

use crate::render::{UriForm, UriList};
pub(crate) use refused::Refused;

/// The name of the way in which requests show who asks.
const CREDENTIALS: &str = "imCredentials";

#[derive(OpenApi)]
#[openapi(
    info(title = "Infrastructure Manager", description = "Deploys and configures virtual infrastructures on many clouds."),
    modifiers(&Credentials),
    components(schemas(ErrorForm, UriForm, UriList)),
    tags(
        (name = "infrastructures", description = "Infrastructures as a whole."),
        (name = "properties", description = "What can be seen of an infrastructure."),
        (name = "machines", description = "The machines of an infrastructure."),
        (name = "clouds", description = "What the clouds of the user offer."),
        (name = "service", description = "The service itself."),
    ),
    paths(
        index::index, index::openapi, version::version, health::livez, health::readyz, stats::stats, oai::get, oai::post, files::file,
        infrastructures::list, infrastructures::create, transfer::import,
        infrastructures::info, resources::add, infrastructures::destroy,
        properties::contmsg, properties::radl, properties::state, properties::outputs, properties::tosca,
        transfer::export, properties::authorization, owners::change,
        operations::start, operations::stop, operations::reconfigure,
        vms::info, vms::alter, resources::remove,
        vm_properties::contmsg, vm_properties::command, vm_properties::property,
        vm_operations::start, vm_operations::stop, vm_operations::reboot, disks::snapshot,
        clouds::images, clouds::quotas,
    )
)]
struct Api;

/// How requests show who asks.
struct Credentials;

// === impl Credentials ===

impl Modify for Credentials {
    fn modify(&self, document: &mut Document) {
        let description = "Lines of credentials, separated by a backslash and an `n`: `type = InfrastructureManager; \
                           username = ...; password = ...\\nid = ...; type = Dummy`. Or a JSON list of objects.";
        let header = ApiKeyValue::with_description("Authorization", description);
        let scheme = SecurityScheme::ApiKey(ApiKey::Header(header));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(CREDENTIALS, scheme);
    }
}

/// The document, with the address of the service that `server` names.
pub(crate) fn document(server: &str) -> Document {
    let mut document = Api::openapi();
    document.info.version = version::VERSION.to_owned();
    document.servers = Some(vec![Server::new(server)]);
    document
}

/// The OpenAPI 3.1 document of the API as indented JSON, for a service at the default address.
pub fn openapi_json() -> String {
    let document = document("http://localhost:8800/");
    // Maps with texts as keys, texts and numbers always have a JSON form.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}
