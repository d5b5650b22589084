//! The command line.

mod haproxy;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use im_telemetry::{LevelOf, LogLevel};

pub(crate) use haproxy::{HaproxyCommand, RenderArgs, SyncArgs};

/// Deploys and configures virtual infrastructures on many clouds.
///
/// Without a command it serves: `im` is the same as `im serve`.
#[derive(Debug, Parser)]
#[command(name = "im", version, max_term_width = 110, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const AFTER_HELP: &str = r#"A first infrastructure, on the built-in cloud `Dummy`:

  im serve &
  ME='type = InfrastructureManager; username = me; password = secret'
  echo 'system node (cpu.count >= 1) contextualize () deploy node 2' |
    curl -H "Authorization: $ME\nid = dummy; type = Dummy" \
      --data-binary @- -H 'Content-Type: text/plain' \
      http://localhost:8800/infrastructures

The configuration is read from --config, else $IM_PATH/etc/im.cfg, else
/etc/im/im.cfg, and every option can be set in the environment as IM_<OPTION>.
See `im check-config`."#;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the REST and XML-RPC APIs until SIGTERM or SIGINT.
    Serve(ServeArgs),
    /// Parse and check documents; say what is wrong with line and column.
    ///
    /// Every FILE is read as RADL, in JSON form if its first character is `[` or `{`, or as TOSCA if it has a line
    /// `tosca_definitions_version`. Nothing is printed for a document that is right unless there are several. Exit
    /// status 1 if one is wrong, 2 if one cannot be read.
    Validate(ValidateArgs),
    /// Translate a document from one form to another, to standard output.
    ///
    /// `radl` is the canonical text, `json` the indented JSON form with sorted keys, `simple` the compact JSON form
    /// in the order of the document, as the REST API writes it.
    Convert(ConvertArgs),
    /// Read the configuration as `serve` would, and say what holds and what is wrong, without serving.
    ///
    /// Prints every option that is not at its default with the place it was set, and the warnings. Secrets are not
    /// printed. With --haproxy it compares a configuration of HAProxy with these options too, and says what does not
    /// agree, with file and line. With --online it asks database, Redis, the issuers of OpenID Connect and Vault too, and
    /// changes nothing there but for the key by which nodes notice that a Redis has forgotten everything. Exit status 1
    /// if a configuration is wrong, or something does not answer.
    CheckConfig(CheckConfigArgs),
    /// Delete for good the infrastructures that were destroyed and had been created before a day.
    ///
    /// Destroyed infrastructures stay in the database for the record and feed the statistics until they are purged.
    Purge(PurgeArgs),
    /// Show the nodes of the service and the open operations, or who owns an infrastructure and what is open on it.
    ///
    /// Reads the database of the configuration, and asks the nodes that live, if it has the secret of the cluster. HOLDS is the
    /// number of infrastructures that a node owns, RUNS that of the operations it works on; a question mark stands for a
    /// node that does not answer. Exit status 1 if there is no such infrastructure or the database does not answer.
    Status(StatusArgs),
    /// Ask the service of this configuration, on this machine, whether it lives; the check of containers.
    ///
    /// It reads the configuration as `serve` does, asks /livez of the REST API, over TLS where that is on, and prints the
    /// answer. Exit status 1 if none came, or another one than 200.
    Health(HealthArgs),
    /// Show the levels of the log of the nodes that run, or change them until they end.
    ///
    /// LEVEL is DEBUG, INFO, WARNING, ERROR or CRITICAL. Alone it is the level of the whole service; NAME is a logger
    /// (`InfrastructureManager`, `CloudConnector`, `ConfManager`, `root`, a crate or module such as `im_cluster`, a library), or
    /// `handler_` and the name of a handler. With `CLUSTER_SECRET` the nodes are found in the database and asked over their own
    /// listener; a node that is alone is asked over its socket (`CONTROL_SOCKET`), on its machine, as its user or root. Exit
    /// status 1 if a node does not answer or refuses.
    Loglevel(LoglevelArgs),
    /// Print the OpenAPI 3.1 description of the REST API.
    Openapi,
    /// Write the configuration of a HAProxy, or keep a running one in step with the nodes that live.
    #[command(subcommand)]
    Haproxy(HaproxyCommand),
}

#[derive(Debug, Default, clap::Args)]
pub(crate) struct ServeArgs {
    /// The configuration file (im.cfg).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// The id of an infrastructure.
    #[arg(value_name = "INF")]
    pub(crate) infrastructure: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// The configuration file (im.cfg), which names the database and has the secret of the cluster.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct HealthArgs {
    /// Ask /readyz: whether it should get requests, which it should not while it is about to end.
    #[arg(long)]
    pub(crate) ready: bool,
    /// Longest time, in seconds, that each step may take: the connection, and the answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    pub(crate) timeout: u16,
    /// The configuration file (im.cfg) of the service.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LoglevelArgs {
    /// What is to hold from now on.
    #[arg(value_name = "LEVEL|NAME=LEVEL", value_parser = level_of)]
    pub(crate) levels: Vec<LevelOf>,
    /// First, everything is as it was configured.
    #[arg(long)]
    pub(crate) reset: bool,
    /// The node that is meant (`NODE_NAME`); without it, all that live.
    #[arg(long, value_name = "NAME")]
    pub(crate) node: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// The configuration file (im.cfg), which names the database and has the secret of the cluster.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ValidateArgs {
    /// Documents to check; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Where documents that a TOSCA document refers to are: `https://HOST/PATH` is read from DIR/HOST/PATH. Without it a
    /// reference to another document is an error; nothing is fetched from the network.
    #[arg(long, value_name = "DIR")]
    pub(crate) resolve: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ConvertArgs {
    /// The document; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The form it is in.
    #[arg(long, value_enum)]
    pub(crate) from: InputForm,
    /// The form to print.
    #[arg(long, value_enum)]
    pub(crate) to: OutputForm,
    /// Where documents that a TOSCA document refers to are: `https://HOST/PATH` is read from DIR/HOST/PATH. Without it a
    /// reference to another document is an error; nothing is fetched from the network.
    #[arg(long, value_name = "DIR")]
    pub(crate) resolve: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputForm {
    /// RADL text.
    Radl,
    /// RADL in JSON form.
    Json,
    /// TOSCA Simple Profile in YAML, translated to RADL.
    Tosca,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputForm {
    /// Canonical RADL text.
    Radl,
    /// JSON, indented, keys sorted.
    Json,
    /// JSON, compact, in the order of the document.
    Simple,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CheckConfigArgs {
    /// The configuration file (im.cfg).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The configuration of a HAProxy in front of the nodes (haproxy.cfg).
    #[arg(long, value_name = "FILE")]
    pub(crate) haproxy: Option<PathBuf>,
    /// Ask what the service needs to be there: the database, and Redis if one is set.
    #[arg(long)]
    pub(crate) online: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PurgeArgs {
    /// Infrastructures created before this day (YYYY-MM-DD, in UTC) go.
    #[arg(value_name = "DATE")]
    pub(crate) date: String,
    /// Only count what would go.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The configuration file (im.cfg), which names the database.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

// === impl Command ===

impl Default for Command {
    fn default() -> Self {
        Self::Serve(ServeArgs::default())
    }
}

/// `DEBUG`, or `CloudConnector=DEBUG`.
fn level_of(text: &str) -> Result<LevelOf, String> {
    let (name, level) = match text.split_once('=') {
        Some((name, level)) => (Some(name.to_owned()), level),
        None => (None, text),
    };
    let level = LogLevel::from_name(level).ok_or_else(|| {
        format!("'{level}' is no level; DEBUG, INFO, WARNING, ERROR or CRITICAL was expected")
    })?;
    Ok(LevelOf { name, level })
}
