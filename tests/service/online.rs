//! `im check-config --online`, and what `/readyz` says of parts that are away.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use im_test_support::{MariaDb, NodeBuilder, OpenBao, Redis, missing, until};

fn check(directory: &Path, options: &[(&str, &str)]) -> (Output, String) {
    let lines = options
        .iter()
        .map(|(name, value)| format!("{name} = {value}\n"));
    let text = format!("[im]\nACTIVATE_REST = True\n{}", lines.collect::<String>());
    fs::write(directory.join("im.cfg"), text).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_im"))
        .args(["check-config", "--online", "--config", "im.cfg"])
        .current_dir(directory)
        .env_clear()
        .output()
        .expect("im runs");
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output, said)
}

#[test]
fn a_file_is_looked_at_and_not_made() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("deep/inf.dat");
    let url = format!("sqlite://{}", file.display());
    let (output, said) = check(directory.path(), &[("DATA_DB", &url)]);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("inf.dat is made at the first start."),
        "{said}"
    );
    let left: Vec<_> = fs::read_dir(directory.path())
        .expect("the directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["im.cfg"], "something was made");
    let url = format!("sqlite://{}/im.cfg", directory.path().display());
    let (output, said) = check(directory.path(), &[("DATA_DB", &url)]);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("cannot be used"), "{said}");
    let url = format!("sqlite://{}/im.cfg/inf.dat", directory.path().display());
    let (output, said) = check(directory.path(), &[("DATA_DB", &url)]);
    assert!(!output.status.success(), "{said}");
}

#[test]
fn servers_are_asked_and_not_changed() {
    let needs = [&MariaDb::NEEDS[..], &Redis::NEEDS[..]].concat();
    if missing("servers_are_asked_and_not_changed", &needs) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let (mut db, mut redis) = (MariaDb::start(), Redis::start());
    let url = db.database();
    let name = url.rsplit('/').next().expect("a name").to_owned();
    let (data, address) = (url.as_str(), redis.url());
    let options = [
        ("DATA_DB", data),
        ("REDIS_URL", address.as_str()),
        ("CLUSTER_SECRET", "the-secret-of-the-tests"),
    ];
    let (output, said) = check(directory.path(), &options);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("the tables are made at the first start."),
        "{said}"
    );
    assert!(said.contains("REDIS_URL: it answers"), "{said}");
    let tables = db.statements(&format!("USE {name}; SHOW TABLES"));
    assert_eq!(tables.trim(), "", "tables were made");

    let wrong = data.replace("im:im@", "im:not-the-password@");
    let (output, said) = check(directory.path(), &[("DATA_DB", &wrong)]);
    assert!(!output.status.success(), "{said}");
    assert!(!said.contains("not-the-password"), "{said}");

    redis.process().kill();
    let (output, said) = check(directory.path(), &options);
    assert!(!output.status.success(), "{said}");
    assert!(
        said.contains("The Redis of REDIS_URL cannot be used"),
        "{said}"
    );
    assert!(
        said.contains("answers ("),
        "the database still does: {said}"
    );
    db.process().kill();
    let (output, said) = check(directory.path(), &options);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("error: The database"), "{said}");
}

#[test]
fn issuers_and_vault_are_asked() {
    let Some(bao) = OpenBao::start("issuers_and_vault_are_asked") else {
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let asked = |issuer: &str, vault: &str| {
        let options = [("OIDC_ISSUERS", issuer), ("VAULT_URL", vault)];
        let (output, said) = check(directory.path(), &options);
        (output.status.success(), said)
    };
    let (issuer, vault) = (bao.issuer(), bao.url());
    let (right, said) = asked(&format!("{issuer}/"), &format!("{vault}/"));
    assert!(right, "{said}");
    for sentence in [
        format!("OIDC_ISSUERS: {issuer}/ answers."),
        format!("VAULT_URL: {vault}/ answers ("),
    ] {
        assert!(said.contains(&sentence), "{said}");
    }

    // By another name of the same machine it is found, and its tokens would be refused.
    let alias = issuer.replace("127.0.0.1", "localhost");
    let (right, said) = asked(&alias, &vault);
    assert!(!right, "{said}");
    assert!(
        said.contains(&format!("it calls itself {issuer}")),
        "{said}"
    );
    let (right, said) = asked(&format!("{vault}/nothing"), &issuer);
    assert!(!right, "{said}");
    assert!(said.contains("it answers 404 Not Found"), "{said}");
    assert!(
        said.contains(&format!("The Vault {issuer} cannot be used")),
        "{said}"
    );

    assert_eq!(bao.call("PUT", "/v1/sys/seal").status, 204);
    let (right, said) = asked(&issuer, &vault);
    assert!(!right, "{said}");
    assert!(
        said.contains(&format!("The Vault {vault} cannot be used: it is sealed.")),
        "{said}"
    );
    assert!(said.contains("it answers 503"), "{said}");
}

#[test]
fn readyz_says_what_is_away() {
    let needs = [&MariaDb::NEEDS[..], &Redis::NEEDS[..]].concat();
    if missing("readyz_says_what_is_away", &needs) {
        return;
    }
    let (mut db, mut redis) = (MariaDb::start(), Redis::start());
    let node = NodeBuilder::new(env!("CARGO_BIN_EXE_im"), "n1")
        .option("DATA_DB", db.database())
        .option("REDIS_URL", redis.url())
        .option("CLUSTER_PORT", 0)
        .option("CLUSTER_SECRET", "the-secret-of-the-tests")
        .option("SESSION_TTL", 3)
        .option("BEAT", 0.5)
        .start();
    let said = || {
        let answer = node.call("GET", "/readyz", "ana", "");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body.replace(' ', "")
    };
    let is = |part: &str| until(part, || said().contains(part));
    is(r#""not_ready":[]"#);
    is(r#""redis":true"#);
    redis.process().kill();
    is(r#""not_ready":["redis"]"#);
    db.process().kill();
    is(r#""not_ready":["database","session","redis"]"#);
    is(r#""database":false"#);
    db.run();
    redis.run();
    is(r#""not_ready":[]"#);
}
