//! A database of one test, on the server that the tests share.

use std::sync::Arc;

use im_domain::InfId;
use im_store::{Database, open};

use crate::server::{Server, execute};
use crate::suite::Backend;

pub(crate) struct MySql {
    pub(crate) server: &'static Server,
    pub(crate) database: String,
    store: Arc<dyn Database>,
}

impl Backend for MySql {
    fn missing() -> Option<&'static str> {
        crate::server::missing()
    }

    async fn fresh() -> Self {
        let server = Server::shared();
        let database = server.database().await;
        let store = open(&server.url(&database)).await.unwrap();
        Self {
            server,
            database,
            store,
        }
    }

    fn store(&self) -> Arc<dyn Database> {
        Arc::clone(&self.store)
    }

    async fn reopen(&self) -> Arc<dyn Database> {
        open(&self.server.url(&self.database)).await.unwrap()
    }

    async fn spoil(&self, id: &InfId) {
        self.run(&format!(
            "UPDATE inf_list SET data = '{{\"vm_list\": 7' WHERE id = '{id}'"
        ))
        .await;
    }
}

impl MySql {
    /// Runs statements as another program does.
    pub(crate) async fn run(&self, statements: &str) {
        let mut connection = self.server.stranger(&self.database).await;
        execute(&mut connection, statements).await;
    }
}
