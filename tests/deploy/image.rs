//! The image: built from what a Debian has, run as it is to be run.

use std::fs;
use std::path::Path;
use std::process::Command;

use im_test_support::until;

use crate::base;
use crate::engine::Engine;
use crate::{repository, said};

/// Builds the image around the program of this build.
pub(crate) fn build(engine: &Engine, image: &str) {
    engine.import(&base::debian("slim", &["ca-certificates"]), "slim:1");
    // The client sends a directory: it gets what the Dockerfile names, not a repository with all that lies around in it.
    let context = engine.directory().join("context");
    copy(&repository("deploy/docker"), &context.join("deploy/docker"));
    copy(&repository("etc"), &context.join("etc"));
    fs::create_dir_all(context.join("bin")).expect("a directory");
    fs::copy(env!("CARGO_BIN_EXE_im"), context.join("bin/im")).expect("the program is copied");
    let file = context.join("deploy/docker/Dockerfile");
    engine.docker(&[
        "build",
        "--target=prebuilt",
        "--build-arg=BASE_IMAGE=slim:1",
        "--build-arg=IM_BINARY=bin/im",
        "--build-arg=REVISION=0123abc",
        &format!("--file={}", file.display()),
        &format!("--tag={image}"),
        &context.display().to_string(),
    ]);
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file is copied");
        }
    }
}

#[test]
fn the_image_runs_without_root_on_a_read_only_file_system() {
    if Engine::skipped("the_image_runs_without_root_on_a_read_only_file_system") {
        return;
    }
    let engine = Engine::start();
    build(&engine, "im:test");
    let label = |name: &str| {
        let format = format!("{{{{index .Config.Labels \"org.opencontainers.image.{name}\"}}}}");
        engine.docker(&["inspect", "--format", &format, "im:test"])
    };
    assert_eq!(label("title"), "IM");
    assert_eq!(label("licenses"), "Apache-2.0");
    assert_eq!(label("version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(label("revision"), "0123abc");

    engine.docker(&[
        "run",
        "--detach",
        "--name=im",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--publish=127.0.0.1:8800:8800",
        "--health-interval=1s",
        "im:test",
    ]);
    until("the service of the image is ready", || {
        engine
            .curl(&["http://127.0.0.1:8800/readyz"])
            .is_some_and(|(status, _)| status == 200)
    });
    let get = |path: &str| {
        let address = format!("http://127.0.0.1:8800{path}");
        engine.curl(&[&address]).expect("an answer")
    };
    assert_eq!(get("/livez"), (200, r#"{"status":"alive"}"#.to_owned()));
    assert_eq!(get("/version"), (200, env!("CARGO_PKG_VERSION").to_owned()));
    let processes = engine.docker(&["top", "im", "-o", "pid,uid,args"]);
    let service = processes.lines().nth(1).expect("a process");
    assert_eq!(
        service.split_whitespace().nth(1),
        Some("65532"),
        "{processes}"
    );

    // It keeps what it is given, in the volume.
    let created = engine.curl(&[
        "-H",
        &format!("Authorization: {}", im_test_support::auth("ana")),
        "-H",
        "Content-Type: text/plain",
        "--data-binary",
        &im_test_support::document(1),
        "http://127.0.0.1:8800/infrastructures",
    ]);
    let (status, uri) = created.expect("an answer");
    assert_eq!(status, 200, "{uri}");

    // The image says by itself how it is.
    let state = |what: &str| engine.docker(&["inspect", "--format", what, "im"]);
    until("the container is healthy", || {
        state("{{.State.Health.Status}}") == "healthy"
    });
    let health = engine.docker(&["exec", "im", "im", "health", "--ready"]);
    assert!(health.contains(r#""status":"ready""#), "{health}");

    // It is process 1, whose signals nobody handles by default.
    engine.docker(&["kill", "--signal=TERM", "im"]);
    until("the container has ended", || {
        state("{{.State.Status}}") == "exited"
    });
    assert_eq!(state("{{.State.ExitCode}}"), "0");

    // Started again it has what it had.
    engine.docker(&["start", "im"]);
    let list = || {
        engine.curl(&[
            "-H",
            &format!("Authorization: {}", im_test_support::auth("ana")),
            "http://127.0.0.1:8800/infrastructures",
        ])
    };
    until("the infrastructure is listed again", || {
        list().is_some_and(|(status, body)| status == 200 && body.trim() == uri.trim())
    });
}

/// The whole way, from the repository to the image, with no network: the crates are vendored, and the compiler is the one
/// that builds this test, on a Debian.
#[test]
#[ignore = "it compiles everything once more, which takes a quarter of an hour"]
fn the_image_is_built_from_the_repository_alone() {
    if Engine::skipped("the_image_is_built_from_the_repository_alone") {
        return;
    }
    let engine = Engine::start();
    engine.import(&base::debian("slim", &["ca-certificates"]), "slim:1");
    let compilers = ["gcc", "libc6-dev", "ca-certificates"];
    engine.import(&base::debian("compilers", &compilers), "compilers:1");
    let sysroot = said(Command::new("rustc").args(["--print", "sysroot"]));
    let toolchain = engine.directory().join("toolchain");
    fs::create_dir_all(&toolchain).expect("a directory");
    for part in ["bin", "lib"] {
        let from = Path::new(sysroot.trim()).join(part);
        said(Command::new("cp").arg("-a").args([&from, &toolchain]));
    }
    fs::write(
        toolchain.join("Dockerfile"),
        "FROM compilers:1\nCOPY bin /usr/local/bin\nCOPY lib /usr/local/lib\n",
    )
    .expect("it is written");
    engine.docker(&["build", "--tag=rust:1", &toolchain.display().to_string()]);

    let context = engine.directory().join("repository");
    said(
        Command::new("git")
            .args(["clone", "--quiet", "--depth=1"])
            .arg(format!(
                "file://{}",
                repository("").canonicalize().expect("it").display()
            ))
            .arg(&context),
    );
    said(
        Command::new("cargo")
            .args(["vendor", "--locked", "--quiet"])
            .current_dir(&context),
    );
    // With BuildKit, which the client of the Debian package brings: the older builder makes stages that nobody needs, too.
    said(
        Command::new("/usr/bin/docker")
            .args([
                "build",
                "--network=none",
                "--target=built",
                "--build-arg=BUILD_IMAGE=rust:1",
                "--build-arg=BASE_IMAGE=slim:1",
                "--build-arg=PROFILE=dev",
                &format!(
                    "--file={}",
                    context.join("deploy/docker/Dockerfile").display()
                ),
                "--tag=im:built",
                &context.display().to_string(),
            ])
            .envs(engine.reach())
            .env("DOCKER_BUILDKIT", "1"),
    );
    let version = engine.docker(&["run", "--rm", "--read-only", "im:built", "--version"]);
    assert_eq!(version, format!("im {}", env!("CARGO_PKG_VERSION")));
}
