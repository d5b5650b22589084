//! What the tables are made of. A statement that was released never changes.

/// Names and values of the database as a whole.
pub(super) const META: &str = "CREATE TABLE IF NOT EXISTS im_meta( \
     name VARCHAR(64) NOT NULL PRIMARY KEY, \
     value VARCHAR(255) NOT NULL) \
     ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin";

/// The table as release 1.19 makes it.
pub(super) const INF_LIST: &str = "CREATE TABLE IF NOT EXISTS inf_list( \
     rowid INT NOT NULL AUTO_INCREMENT UNIQUE, \
     id VARCHAR(255) NOT NULL PRIMARY KEY, \
     deleted INTEGER, \
     date TIMESTAMP NULL DEFAULT NULL, \
     data LONGTEXT, \
     auth TEXT, \
     INDEX deleted (deleted), \
     FULLTEXT INDEX auth (auth)) \
     ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin";

/// Epochs, versions and owners of rows. `inf_list_saved` has all that a list of everything needs, and finds what this
/// service never saved.
pub(super) const FENCE: &str = "ALTER TABLE inf_list \
     ROW_FORMAT = DYNAMIC, \
     CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, \
     MODIFY COLUMN date TIMESTAMP NULL DEFAULT NULL, \
     ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0, \
     ADD COLUMN version BIGINT NOT NULL DEFAULT 0, \
     ADD COLUMN owner_boot CHAR(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, \
     ADD COLUMN owner_since DATETIME(6), \
     ADD COLUMN saved_at DATETIME(6), \
     ADD INDEX inf_list_owner (owner_boot), \
     ADD INDEX inf_list_saved (saved_at, deleted, date)";

/// Who owns what; sessions of nodes; operations; intents.
pub(super) const OTHERS: [&str; 4] = [
    // 'deleted' is that of the infrastructure: a list never meets its dead.
    "CREATE TABLE IF NOT EXISTS inf_owner( \
     user_key CHAR(64) NOT NULL, \
     inf_id VARCHAR(255) NOT NULL, \
     deleted TINYINT NOT NULL, \
     PRIMARY KEY (inf_id, user_key), \
     INDEX inf_owner_user (user_key, deleted)) \
     ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin",
    "CREATE TABLE IF NOT EXISTS im_node( \
     boot_id CHAR(36) NOT NULL PRIMARY KEY, \
     node_name VARCHAR(255) NOT NULL, \
     peer_addr VARCHAR(255) NOT NULL, \
     boot_mode INT NOT NULL, \
     version VARCHAR(255) NOT NULL, \
     state VARCHAR(16) NOT NULL, \
     beat BIGINT NOT NULL, \
     started_at DATETIME(6) NOT NULL, \
     seen_at DATETIME(6) NOT NULL) \
     ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin",
    // A client's key is kept as bytes: as text, blanks at its end would not count.
    "CREATE TABLE IF NOT EXISTS im_operation( \
     id CHAR(36) NOT NULL PRIMARY KEY, \
     inf_id VARCHAR(255) NOT NULL, \
     kind VARCHAR(32) NOT NULL, \
     state VARCHAR(16) NOT NULL, \
     epoch BIGINT NOT NULL, \
     boot CHAR(36) NOT NULL, \
     sealed MEDIUMBLOB, \
     user_key CHAR(64), \
     idem_key VARBINARY(1020), \
     digest VARCHAR(64), \
     created_at DATETIME(6) NOT NULL, \
     updated_at DATETIME(6) NOT NULL, \
     ended_at DATETIME(6), \
     outcome MEDIUMTEXT, \
     UNIQUE INDEX im_operation_key (user_key, idem_key), \
     INDEX im_operation_inf (inf_id, ended_at), \
     INDEX im_operation_ended (ended_at)) \
     ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin",
    "CREATE TABLE IF NOT EXISTS im_intent( \
     inf_id VARCHAR(255) NOT NULL, \
     seq BIGINT NOT NULL, \
     op VARCHAR(16) NOT NULL, \
     operation CHAR(36) NOT NULL, \
     vm BIGINT, \
     token VARCHAR(64) NOT NULL, \
     cloud VARCHAR(255) NOT NULL, \
     spec_digest VARCHAR(64) NOT NULL, \
     state VARCHAR(16) NOT NULL, \
     epoch BIGINT NOT NULL, \
     created_at DATETIME(6) NOT NULL, \
     updated_at DATETIME(6) NOT NULL, \
     resolved_at DATETIME(6), \
     result MEDIUMTEXT, \
     PRIMARY KEY (inf_id, seq), \
     UNIQUE INDEX im_intent_token (token), \
     INDEX im_intent_operation (operation)) \
     ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin",
];
