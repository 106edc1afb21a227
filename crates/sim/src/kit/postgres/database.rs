//! One database of one test; dropped with it.

use super::cluster::{Facts, try_connect};

/// A database of the throwaway cluster.
pub struct Database {
    facts: Facts,
    name: Option<String>,
}

impl Database {
    pub(super) fn new(facts: Facts, name: &str) -> Self {
        Self {
            facts,
            name: Some(name.to_owned()),
        }
    }

    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// By the local socket.
    pub fn url(&self) -> String {
        self.facts.socket_url(self.name())
    }

    /// By loopback, where the server demands TLS and the password.
    pub fn tls_url(&self) -> String {
        let Facts { port, password, .. } = &self.facts;
        format!(
            "postgres://caduceus:{password}@localhost:{port}/{}",
            self.name()
        )
    }

    /// Runs SQL beside the store, as an operator or another program would.
    pub fn run(&self, sql: &str) {
        let mut client = try_connect(&self.facts, self.name()).expect("the database answers");
        client.batch_execute(sql).expect("the SQL is valid");
    }

    /// One number, read beside the store.
    pub fn number(&self, sql: &str) -> i64 {
        let mut client = try_connect(&self.facts, self.name()).expect("the database answers");
        client.query_one(sql, &[]).expect("one row").get(0)
    }

    /// Ends every other session of this database, as a restart of the server does, and waits for it.
    pub fn cut_connections(&self) {
        self.run(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }

    pub(super) fn rename(mut self, to: &str) {
        if let Some(name) = self.name.take() {
            let mut admin = try_connect(&self.facts, "postgres").expect("the cluster answers");
            let sql = format!("ALTER DATABASE {name} RENAME TO {to}");
            // The sessions of a store that just closed may still be leaving.
            let left = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1";
            while admin
                .query_one(left, &[&name])
                .expect("readable")
                .get::<_, i64>(0)
                > 0
            {
                std::thread::yield_now();
            }
            admin.batch_execute(&sql).expect("nobody uses it");
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The watchdog deletes the whole cluster anyway: a failure here only costs space until then.
        if let Some(name) = self.name.take()
            && let Ok(mut admin) = try_connect(&self.facts, "postgres")
        {
            let _dropped =
                admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}
