//! Who holds an advisory lock, for messages.

use super::session::Writable;

impl Writable {
    /// The session that holds this advisory lock of the session's database, in words.
    ///
    /// # Errors
    /// The server's.
    pub async fn advisory_lock_holder(&self, lock: i64) -> Result<String, tokio_postgres::Error> {
        let rows = self
            .query(
                "select l.pid, a.application_name::text, a.backend_start::timestamptz(0)::text \
                 from pg_catalog.pg_locks l \
                 left join pg_catalog.pg_stat_activity a on a.pid = l.pid \
                 where l.locktype = 'advisory' and l.granted and l.objsubid = 1 \
                   and (l.classid::int8 << 32 | l.objid::int8) = $1 \
                   and l.database = (select d.oid from pg_catalog.pg_database d \
                                     where d.datname = pg_catalog.current_database())",
                &[&lock],
            )
            .await?;
        Ok(match rows.first() {
            Some(row) => {
                let name: Option<String> = row.get(1);
                let since: Option<String> = row.get(2);
                format!(
                    "{} with pid {}{}",
                    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "a session".to_owned()),
                    row.get::<_, i32>(0),
                    since.map(|since| format!(", since {since}")).unwrap_or_default()
                )
            }
            None => "a session that has just ended".to_owned(),
        })
    }
}
