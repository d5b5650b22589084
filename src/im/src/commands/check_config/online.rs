//! `im check-config --online`

use std::sync::Arc;
use std::time::Duration;

use im_config::{Database, Settings};
use im_util::{Clock, SystemClock};
use tokio::time::timeout;

use crate::app::block_on;
use crate::output::{complain, print};
use crate::wiring;

/// How long one of them may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks what the service needs, and says what answers. Answers whether all do.
pub(super) fn check(settings: &Settings) -> bool {
    let asked = block_on(async {
        let database = timeout(PATIENCE, database(settings));
        let redis = timeout(PATIENCE, redis(settings));
        let (database, redis) = tokio::join!(database, redis);
        let late = |what: &str| {
            let seconds = PATIENCE.as_secs();
            Err(format!("{what} did not answer within {seconds} seconds."))
        };
        let database = database.unwrap_or_else(|_| late("The database"));
        Ok([
            Some(database),
            redis.unwrap_or_else(|_| Some(late("Redis"))),
        ])
    });
    let answers = asked.unwrap_or_else(|error| [Some(Err(error)), None]);
    let mut all = true;
    for answer in answers.into_iter().flatten() {
        match answer {
            Ok(sentence) => print(sentence),
            Err(sentence) => {
                all = false;
                complain(format_args!("error: {sentence}"));
            }
        }
    }
    all
}

async fn database(settings: &Settings) -> Result<String, String> {
    let database = &settings.basic.database;
    let probed = match database {
        Database::Sqlite(path) => im_store::probe(&format!("sqlite://{}", path.display())).await,
        Database::Mysql(server) => im_store::probe(server.url.expose()).await,
        Database::Mongo(_) => return Err(crate::app::unusable(database)),
    };
    match probed {
        Ok(sentence) => Ok(format!("DATA_DB: {sentence}")),
        Err(error) => Err(format!("The database {database} cannot be used: {error}.")),
    }
}

/// `None` if there is none to be asked.
async fn redis(settings: &Settings) -> Option<Result<String, String>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    match wiring::leases::probe(&settings.ha, &clock).await {
        Ok(None) => None,
        Ok(Some(())) => Some(Ok(
            "REDIS_URL: it answers, and can be written to.".to_owned()
        )),
        Err(sentence) => Some(Err(sentence)),
    }
}
