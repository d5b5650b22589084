//! Hostile input, in tables that are the same in every run. Each request is refused, the node stays up, its memory is
//! bounded, no core stays busy, and somebody innocent sees what was there before.

mod bodies;
mod calls;
mod case;
mod connections;
mod documents;
mod heads;
mod identities;
mod paths;
mod seed;
mod world;

use crate::support::NodeBuilder;
use case::Case;
use seed::Seed;
use world::World;

/// A node whose time-outs do not make the tests wait.
fn world() -> World {
    World::start(
        NodeBuilder::new()
            .option("REQUEST_HEAD_TIMEOUT", 5)
            .option("REQUEST_BODY_TIMEOUT", 5)
            .option("IDLE_TIMEOUT", 10)
            .option("STATIC_FILES_DIR", env!("CARGO_MANIFEST_DIR")),
    )
}

/// Sends a table to the REST API, and looks after the damage.
fn survives(name: &str, table: impl FnOnce(&World, &mut Seed) -> Vec<Case>) {
    let world = world();
    let cases = table(&world, &mut Seed::new(20_261_122));
    world.attack(&world.node.rest, &cases);
    world.is_unharmed();
    world.cleans_up();
    println!("hostile {name}: {} requests", cases.len());
}

#[test]
fn heads() {
    survives("heads", heads::table);
}

#[test]
fn paths() {
    survives("paths", paths::table);
}

#[test]
fn bodies() {
    survives("bodies", bodies::table);
}

#[test]
fn bombs() {
    survives("documents", |world, _| documents::bombs(world));
}

#[test]
fn filters() {
    survives("filters", |world, _| {
        let text = format!("system s (\nx = '{}!'\n)\n", "a".repeat(50_000));
        let answer = world
            .node
            .rest("POST", "/infrastructures", world::ATTACKER, &text);
        assert_eq!(answer.status, 200, "{}", answer.body);
        documents::filters(world)
    });
}

#[test]
fn imports() {
    survives("imports", documents::imports);
}

#[test]
fn identities() {
    survives("identities", identities::table);
}

#[test]
fn calls_of_xml_rpc() {
    let world = world();
    let cases = calls::table(&world, &mut Seed::new(20_261_122));
    world.attack(&world.node.xmlrpc, &cases);
    world.is_unharmed();
    world.cleans_up();
    println!("hostile calls of XML-RPC: {} requests", cases.len());
}
