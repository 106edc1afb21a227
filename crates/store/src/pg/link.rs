//! One connection and the statements prepared on it.

use std::collections::BTreeMap;
use std::error::Error as StdError;

use model::Result;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Statement as Prepared};

use crate::fault::Fault;
use crate::row::Row;
use crate::statement::Statement;
use crate::tx::{self, More, Tx};
use crate::value::Value;

const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE";
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A connection in the hands of one thread.
pub(crate) struct Link {
    client: Client,
    prepared: BTreeMap<usize, Prepared>,
}

impl Link {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            prepared: BTreeMap::new(),
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }
    pub(super) fn begin_write(&mut self) -> Result<(), Fault> {
        self.batch(BEGIN_WRITE, "begin")
    }
    pub(super) fn begin_read(&mut self) -> Result<(), Fault> {
        self.batch(BEGIN_READ, "begin")
    }
    pub(super) fn commit(&mut self) -> Result<(), Fault> {
        self.batch("COMMIT", "commit")
    }
    pub(super) fn roll_back(&mut self) -> Result<(), Fault> {
        self.batch("ROLLBACK", "rollback")
    }

    /// A server or role may be set not to wait for the disk; then this session asks for it. Stronger
    /// settings (a replica too) are left alone.
    pub(super) fn demand_durability(&mut self) -> Result<(), Fault> {
        const ASK: &str = "DO $$ BEGIN IF current_setting('synchronous_commit') = 'off' THEN
            SET synchronous_commit = on; END IF; END $$";
        self.batch(ASK, "synchronous_commit")
    }

    /// For the start, before there is a line of jobs. A failure leaves the link to be dropped.
    pub(super) fn in_transaction(&mut self, f: fn(&mut Tx<'_>) -> Result<()>) -> Result<()> {
        // Under READ COMMITTED what the first of two nodes did shows after the lock is gained. The
        // second may wait as long as the first works.
        let begin = "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0";
        self.batch(begin, "begin")?;
        f(&mut Tx::new(tx::Link::Postgres(self)))?;
        self.commit()?;
        Ok(())
    }

    pub(crate) fn batch(&mut self, sql: &str, during: &str) -> Result<(), Fault> {
        self.client
            .batch_execute(sql)
            .map_err(|e| Fault::postgres(&e, during))
    }

    pub(crate) fn prepare(&mut self, s: &'static Statement) -> Result<(), Fault> {
        self.prepared(s).map(drop)
    }

    pub(crate) fn execute(
        &mut self,
        s: &'static Statement,
        params: &[Value<'_>],
    ) -> Result<u64, Fault> {
        let prepared = self.prepared(s)?;
        let done = self.client.execute(&prepared, &bound(params));
        done.map_err(|e| Fault::postgres(&e, s.name()))
    }

    pub(crate) fn query(
        &mut self,
        s: &'static Statement,
        params: &[Value<'_>],
        see: &mut dyn FnMut(&Row<'_>) -> More,
    ) -> Result<(), Fault> {
        let prepared = self.prepared(s)?;
        let rows = self.client.query(&prepared, &bound(params));
        for row in &rows.map_err(|e| Fault::postgres(&e, s.name()))? {
            if see(&Row::postgres(row)) == More::Enough {
                break;
            }
        }
        Ok(())
    }

    fn prepared(&mut self, s: &'static Statement) -> Result<Prepared, Fault> {
        if let Some(prepared) = self.prepared.get(&s.address()) {
            return Ok(prepared.clone());
        }
        let prepared = self
            .client
            .prepare(s.postgres())
            .map_err(|e| Fault::postgres(&e, s.name()))?;
        self.prepared.insert(s.address(), prepared.clone());
        Ok(prepared)
    }
}

fn bound<'a>(params: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// Told by what the server expects at the place, so that an integer fits any width it has.
impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(n), &Type::INT8) => n.to_sql(ty, out),
            (Self::Int(n), &Type::INT4) => i32::try_from(*n)?.to_sql(ty, out),
            (Self::Int(n), &Type::INT2) => i16::try_from(*n)?.to_sql(ty, out),
            (Self::Text(text), &(Type::TEXT | Type::VARCHAR)) => text.to_sql(ty, out),
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (Self::Id(id), &Type::BYTEA) => id.as_slice().to_sql(ty, out),
            _ => Err("the value is not of the column's type".into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::INT2 | Type::TEXT | Type::VARCHAR | Type::BYTEA
        )
    }

    to_sql_checked!();
}
