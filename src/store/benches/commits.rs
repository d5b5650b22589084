//! How many commits a MySQL or MariaDB server makes: of one row by one statement, and of infrastructures by the store.
//!
//!     IM_BENCH_DB=mysql://user:password@host:port/empty_database cargo bench -p im-store --bench commits
//!
//! The row has the size of the infrastructure. The last figure of a line is the share of the bare rate.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use im_domain::{BootId, Identity, Infrastructure, OperationId, Owner, stored};
use im_store::{
    Database, IntentAction, IntentState, JournalChange, NewIntent, NewOperation, OperationKind,
    OperationState, open,
};
use serde_json::json;
use sqlx::mysql::MySqlPoolOptions;

const TIME: Duration = Duration::from_secs(4);

fn infrastructure(id: &str) -> Infrastructure {
    let info = "system node (\ncpu.count = 1 and\nmemory.size = 512 MB and\ndisk.0.image.url = 'mock0://linux.for.ev.er'\n)\n";
    let vm = |number| json!({"im_id": number, "state": "running", "id": "1795346055", "info": info, "requested_radl": info});
    let data = json!({"vm_list": [vm(0), vm(1)], "vm_master": 0, "auth": [], "radl": info, "cont_out": "x".repeat(3_000)});
    let mut infrastructure =
        stored::read(&id.parse().unwrap(), &data.to_string(), stored::Origin::Own).unwrap();
    let fields = json!({"type": "InfrastructureManager", "username": "bench", "password": "bench"});
    infrastructure.owners = Owner::from_fields(fields.as_object().unwrap().clone())
        .into_iter()
        .collect();
    assert!(infrastructure.is_owned_by(&[Identity::new("bench", "bench")]));
    infrastructure
}

/// Runs rounds in so many tasks for a while, and answers how many a second.
async fn rate<F>(tasks: usize, round: impl Fn(usize, usize) -> F + Send + Sync + 'static) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let round = Arc::new(round);
    let begun = Instant::now();
    let counts = join_all((0..tasks).map(|task| {
        let round = Arc::clone(&round);
        tokio::spawn(async move {
            let mut count = 0;
            while begun.elapsed() < TIME {
                round(task, count).await;
                count += 1;
            }
            count
        })
    }))
    .await;
    let total: usize = counts.into_iter().map(Result::unwrap).sum();
    f64::from(u32::try_from(total).unwrap()) / begun.elapsed().as_secs_f64()
}

fn plans(operation: OperationId, seq: u64) -> Vec<JournalChange> {
    let operation_begins = NewOperation {
        id: operation,
        kind: OperationKind::Create,
        boot: BootId::random(),
        sealed: None,
        idempotency: None,
    };
    let plan = |seq| {
        let intent = NewIntent {
            seq,
            action: IntentAction::Launch,
            operation,
            vm: None,
            token: OperationId::random().to_string(),
            cloud: "dummy".to_owned(),
            spec_digest: String::new(),
        };
        JournalChange::Plan(intent, IntentState::Calling)
    };
    vec![
        JournalChange::Begin(operation_begins),
        plan(seq),
        plan(seq + 1),
    ]
}

/// What a creation of two machines commits: the infrastructure with its plans, the calls, and the answers.
async fn create(store: Arc<dyn Database>) {
    let inf = infrastructure(&OperationId::random().to_string());
    let operation = OperationId::random();
    let plans = plans(operation, 0);
    let at = store
        .insert_with(&inf, &BootId::random(), &plans)
        .await
        .unwrap();
    let mark = |seq, state| JournalChange::Mark {
        seq,
        state,
        result: None,
    };
    let calling = [mark(0, IntentState::Calling), mark(1, IntentState::Calling)];
    let at = store.record(&inf.id, at, &calling).await.unwrap();
    let answers = [
        mark(0, IntentState::Applied),
        mark(1, IntentState::Applied),
        JournalChange::End(operation, OperationState::Done, None),
    ];
    store.save_with(&inf, at, &answers).await.unwrap();
}

async fn measure(url: &str, tasks: usize) {
    let store = open(&format!("{url}?connections={tasks}")).await.unwrap();
    let pool = MySqlPoolOptions::new()
        .max_connections(u32::try_from(tasks).unwrap())
        .min_connections(u32::try_from(tasks).unwrap())
        .test_before_acquire(false)
        .connect(url)
        .await
        .unwrap();
    let data = stored::write(&infrastructure("row"));
    println!("{tasks} at once, {} bytes", data.len());
    sqlx::query("CREATE TABLE IF NOT EXISTS bare(id INT PRIMARY KEY, version INT, data LONGTEXT) ENGINE = InnoDB")
        .execute(&pool)
        .await
        .unwrap();
    for task in 0..tasks {
        sqlx::query("REPLACE INTO bare VALUES(?, 0, ?)")
            .bind(u32::try_from(task).unwrap())
            .bind(&data)
            .execute(&pool)
            .await
            .unwrap();
    }
    let bare = rate(tasks, move |task, _| {
        let (pool, data) = (pool.clone(), data.clone());
        async move {
            sqlx::query("UPDATE bare SET version = version + 1, data = ? WHERE id = ?")
                .bind(data)
                .bind(u32::try_from(task).unwrap())
                .execute(&pool)
                .await
                .unwrap();
        }
    })
    .await;
    println!("  one row, one statement     {bare:8.0} /s");
    let report = |what: &str, rate: f64| println!("  {what:<26} {rate:8.0} /s  {:.2}", rate / bare);

    let slots = join_all((0..tasks).map(|_| async {
        let inf = infrastructure(&OperationId::random().to_string());
        let at = store.insert(&inf, &BootId::random()).await.unwrap();
        Arc::new(tokio::sync::Mutex::new((inf, at)))
    }))
    .await;
    let saved = {
        let (store, slots) = (Arc::clone(&store), slots.clone());
        rate(tasks, move |task, _| {
            let (store, slot) = (Arc::clone(&store), Arc::clone(&slots[task]));
            async move {
                let mut slot = slot.lock().await;
                slot.1 = store.save(&slot.0, slot.1).await.unwrap();
            }
        })
        .await
    };
    report("save", saved);
    let journaled = {
        let store = Arc::clone(&store);
        rate(tasks, move |task, count| {
            let (store, slot) = (Arc::clone(&store), Arc::clone(&slots[task]));
            async move {
                let mut slot = slot.lock().await;
                let plans = plans(OperationId::random(), count as u64 * 2);
                slot.1 = store.save_with(&slot.0, slot.1, &plans).await.unwrap();
            }
        })
        .await
    };
    report("save with three changes", journaled);
    let inserted = {
        let store = Arc::clone(&store);
        rate(tasks, move |_, _| {
            let store = Arc::clone(&store);
            async move {
                let inf = infrastructure(&OperationId::random().to_string());
                store.insert(&inf, &BootId::random()).await.unwrap();
            }
        })
        .await
    };
    report("insert", inserted);
    let created = rate(tasks, move |_, _| create(Arc::clone(&store))).await;
    report("create, three commits", created);
}

#[tokio::main]
async fn main() {
    let Ok(url) = std::env::var("IM_BENCH_DB") else {
        println!("skipped: IM_BENCH_DB names no database");
        return;
    };
    for tasks in [8, 64] {
        measure(&url, tasks).await;
    }
}
