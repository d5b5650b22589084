//! Several nodes as one service.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use im_util::Secret;

use crate::codec::{
    Bytes, Host, Interval, OptionalFile, OptionalInterval, OptionalText, Password, Passwords, Port,
    RedisUrl, Seconds, TextOrDefault, choice,
};
use crate::concern::concern;
use crate::redis::Redis;

concern! {
    /// Several nodes as one service.
    pub struct Ha, "High availability" in "im" {
        /// Time that an infrastructure stays in memory without a request about it. With several nodes behind HAProxy
        /// set it to the expire value of the stick table or less. Blank, infrastructures stay.
        inf_cache_time: Option<Duration> = None, "INF_CACHE_TIME" as OptionalInterval;
        /// Largest room that infrastructures in memory take, about.
        cache_max_bytes: NonZeroU64 = bytes(512 << 20), "CACHE_MAX_BYTES" as Bytes;
        /// Secret by which the nodes of a service know each other, at least 16 characters; the same in all of them. With
        /// it a node listens for the others and sends them the requests for what they own; it takes a MySQL `DATA_DB`.
        /// Several are separated by commas: the first seals, each opens.
        cluster_secret: Vec<Secret> = Vec::new(), "CLUSTER_SECRET" as Passwords;
        /// Address of this node by which the other nodes reach it, and on which it listens for them: an IP address or a
        /// host name of this machine. Only nodes need to reach it.
        cluster_address: String = "127.0.0.1".to_owned(), "CLUSTER_ADDRESS" as Host;
        /// Port on which this node listens for the other nodes; 0 takes a free one.
        cluster_port: u16 = 8810, "CLUSTER_PORT" as Port;
        /// Name of the service: services that share a Redis have different ones.
        cluster_name: String = "im".to_owned(), "CLUSTER_NAME" as TextOrDefault;
        /// Name of this node, for people. Blank, it is the name of the machine.
        node_name: Option<String> = None, "NODE_NAME" as OptionalText;
        /// URL of the Redis that tells the nodes who owns what: `redis://user:password@host:port/0` or `rediss://` for TLS,
        /// or, where Sentinels know the master, `redis+sentinel://user:password@host:port,host:port/master/0` or
        /// `rediss+sentinel://`. Only the hosts and the name of the master are needed; special characters in a user or
        /// a password are percent-encoded. Without it, and while it is away, the database tells, slower.
        redis_url: Option<Redis> = None, "REDIS_URL" as RedisUrl;
        /// File with the certificates, in PEM, of the authorities that may have issued those of Redis and of its
        /// Sentinels. Blank, they are the ones that the machine trusts.
        redis_ca_certs: Option<PathBuf> = None, "REDIS_CA_CERTS" as OptionalFile;
        /// Password that the Sentinels themselves ask for; the user and password in `REDIS_URL` are those of the servers.
        redis_sentinel_password: Option<Secret> = None, "REDIS_SENTINEL_PASSWORD" as Password;
        /// Secret under which the credentials of unfinished operations are kept, sealed, so that any node can finish
        /// them; the same in all nodes, at least 16 characters. Several are separated by commas: the first seals, each
        /// opens. Blank, an operation that a dead node left waits for the next request of its user.
        cluster_key: Vec<Secret> = Vec::new(), "CLUSTER_KEY" as Passwords;
        /// Time after which a node that does not beat is declared dead, and what it owned is taken over. More than
        /// three times `BEAT`.
        session_ttl: Duration = Duration::from_secs(10), "SESSION_TTL" as Interval;
        /// Time between two beats, by which a node tells the database that it lives.
        beat: Duration = Duration::from_secs(3), "BEAT" as Interval;
        /// How answers from memory are proved to be current: `cached`, by the session of the node, or `validated`, by
        /// one more question to the database for each.
        read_mode: ReadMode = ReadMode::Cached, "READ_MODE" as ReadMode;
        /// Longest time that a node which is told to end (SIGTERM) takes to give up what it owns and to finish its work.
        drain_timeout: Duration = Duration::from_secs(60), "DRAIN_TIMEOUT" as Seconds;
        /// Time between two looks for operations that dead nodes left unfinished.
        recovery_interval: Duration = Duration::from_secs(5), "RECOVERY_INTERVAL" as Interval;
    }
}

choice! {
    /// How answers from memory are proved to be current.
    pub enum ReadMode, "cached or validated" {
        /// By the session of the node.
        Cached = "cached";
        /// By the position of the row in the database.
        Validated = "validated";
    }
}

/// A size that is not 0.
const fn bytes(number: u64) -> NonZeroU64 {
    match NonZeroU64::new(number) {
        Some(number) => number,
        None => NonZeroU64::MIN,
    }
}
