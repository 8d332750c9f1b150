//! What PostgreSQL and SQLite say differently.

/// The words of a database.
pub(crate) struct Dialect {
    pub(super) name: &'static str,
    /// Makes the table, under its default name.
    pub(super) table: &'static str,
    /// What stands before and after the hexadecimal digits of bytes.
    pub(super) bytes: (&'static str, &'static str),
    /// The database's clock, as it is after a statement has waited for its turn at the row.
    pub(crate) now: &'static str,
    /// What to add to the clock for a microsecond.
    pub(super) microsecond: &'static str,
    /// How many microseconds the lease of a row has left.
    pub(super) remaining: &'static str,
    /// Tells by its code whether an error's message is the database's own, and so quotes no value.
    pub(super) speaks_for_itself: fn(&str) -> bool,
}

#[cfg(feature = "postgres")]
pub(crate) static POSTGRES: Dialect = Dialect {
    name: "PostgreSQL",
    table: include_str!("postgres.sql"),
    bytes: ("decode('", "', 'hex')"),
    // Not `now()` or `statement_timestamp()`: they tell when the statement arrived.
    now: "clock_timestamp()",
    microsecond: "interval '1 microsecond'",
    remaining: "(extract(epoch FROM lease_end - clock_timestamp()) * 1000000)::bigint",
    // Connections, capabilities, states, authorization, names, conflicts, syntax and rights, resources, limits,
    // operators, the system, bugs. Not among them: data, constraints, and what functions and triggers raise.
    speaks_for_itself: |code| {
        let classes = ["08", "0A", "25", "26", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "XX"];
        classes.iter().any(|class| code.starts_with(class))
    },
};

#[cfg(feature = "sqlite")]
pub(super) static SQLITE: Dialect = Dialect {
    name: "SQLite",
    table: include_str!("sqlite.sql"),
    bytes: ("x'", "'"),
    now: "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    microsecond: "1",
    remaining: "lease_end - CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    // Constraints, and what triggers raise.
    speaks_for_itself: |code| code.parse().is_ok_and(|code: u32| code & 0xff != 19),
};
