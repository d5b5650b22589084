//! A process that is killed in the middle of a burst loses nothing that it acknowledged.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use futures::future::join_all;
use im_store::open;

use crate::backend::url;
use crate::suite::{infrastructure, listed, me, user};

/// Set in the process that is to be killed.
const ADDRESS: &str = "IM_TEST_STORE_ADDRESS";

/// Acknowledgements to wait for before the kill.
const ENOUGH: usize = 150;

/// The life of the process that is killed: it tells each id when its insert, and when its save was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_until_it_is_killed() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let store = open(&address).await.unwrap();
    let chain = |worker: usize| {
        let store = store.clone();
        async move {
            for number in 0_usize.. {
                let mut inf = infrastructure(&format!("inf-{worker}-{number}"), &[&user("ann")]);
                let at = store.insert(&inf, &me()).await.unwrap();
                println!("acknowledged {} 1", inf.id);
                inf.cont_out = "saved".repeat(1_000);
                store.save(&inf, at).await.unwrap();
                println!("acknowledged {} 2", inf.id);
            }
        }
    };
    join_all((0..8).map(chain)).await;
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::writes_until_it_is_killed", "--nocapture"])
        .env(ADDRESS, url(&directory))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    let mut collect = |line: String| {
        if let Some((_, rest)) = line.split_once("acknowledged ") {
            let (id, version) = rest.split_once(' ').unwrap();
            acknowledged.push((id.to_owned(), version.parse::<u64>().unwrap()));
        }
        acknowledged.len()
    };
    while collect(lines.next().unwrap().unwrap()) < ENOUGH {}
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had said before it died, and what the pipe still holds.
    for line in lines.map_while(Result::ok) {
        collect(line);
    }

    let store = open(&url(&directory)).await.unwrap();
    let ids = listed(&*store, &user("ann")).await;
    for (id, version) in acknowledged {
        assert!(ids.contains(&id), "{id} is not listed");
        let loaded = store.load(&id.parse().unwrap()).await.unwrap().unwrap();
        assert!(
            loaded.position.version.0 >= version,
            "{id}: {:?}",
            loaded.position
        );
        if loaded.position.version.0 == 2 {
            assert_eq!(loaded.infrastructure.cont_out, "saved".repeat(1_000));
        }
    }
}
