//! `im check-config --online`

mod identities;

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

/// What one of them says, or what is wrong, each a full sentence.
type Asked = Result<String, String>;

/// Asks what the service needs, and says what answers. Answers whether all do.
pub(super) fn check(settings: &Settings) -> bool {
    let asked = block_on(async {
        let (database, redis, identities) = tokio::join!(
            in_time("The database", database(settings)),
            timeout(PATIENCE, redis(settings)),
            identities::ask(settings),
        );
        let redis = redis.unwrap_or_else(|_| Some(late("Redis")));
        let answers = [Some(database), redis].into_iter().flatten();
        Ok(answers.chain(identities).collect())
    });
    let answers: Vec<Asked> = asked.unwrap_or_else(|error| vec![Err(error)]);
    let mut all = true;
    for answer in answers {
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

async fn in_time(who: &str, asked: impl Future<Output = Asked>) -> Asked {
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| late(who))
}

fn late(who: &str) -> Asked {
    let seconds = PATIENCE.as_secs();
    Err(format!("{who} did not answer within {seconds} seconds."))
}

async fn database(settings: &Settings) -> Asked {
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
async fn redis(settings: &Settings) -> Option<Asked> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    match wiring::leases::probe(&settings.ha, &clock).await {
        Ok(None) => None,
        Ok(Some(())) => Some(Ok(
            "REDIS_URL: it answers, and can be written to.".to_owned()
        )),
        Err(sentence) => Some(Err(sentence)),
    }
}
