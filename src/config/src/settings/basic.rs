//! Database, users and mode.

use std::path::PathBuf;

use crate::codec::{AdminUsers, DatabaseUrl, OptionalFile, choice};
use crate::concern::concern;
use crate::database::Database;
use crate::identity::AdminUser;

concern! {
    /// Database, users and mode.
    pub struct Basic, "Basic options" in "im" {
        /// URL of the database: `sqlite://` and a path, or `mysql://username:password@server/db_name`, or
        /// `mongodb://username:password@server/db_name`. Without any configuration file it is a SQLite file
        /// in the user's own data directory (`$XDG_DATA_HOME/im/inf.dat` or `~/.local/share/im/inf.dat`).
        database: Database = Database::Sqlite(PathBuf::from("/etc/im/inf.dat")), "DATA_DB" as DatabaseUrl;
        /// Path of a JSON file with the users that may use the service:
        /// `{"users": [{"username": "user1", "password": "pass1"}]}`. It is read again when it changes.
        /// Leave it blank to admit everybody.
        user_db: Option<PathBuf> = None, "USER_DB" as OptionalFile;
        /// Administrators, who may list, read and manage every infrastructure: a JSON object such as
        /// `{"username": "admin", "password": "secret"}`, or a list of such objects. For a user of OpenID
        /// Connect the user name is `__OPENID__` and the name, and the password is the issuer, a slash and the subject.
        admins: Vec<AdminUser> = Vec::new(), "ADMIN_USER" as AdminUsers;
        /// What the service does: 0 everything, 1 only reading (`ReadOnly`), 2 only reading and deleting (`ReadDelete`).
        boot_mode: BootMode = BootMode::Normal, "BOOT_MODE" as BootMode;
    }
}

choice! {
    /// What the service does.
    pub enum BootMode, "0 (Normal), 1 (ReadOnly) or 2 (ReadDelete)" {
        /// Everything.
        Normal = "0";
        /// Only operations that read.
        ReadOnly = "1";
        /// Only operations that read or delete.
        ReadDelete = "2";
    }
}
