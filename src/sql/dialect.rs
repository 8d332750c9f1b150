//! The differences between the SQL of PostgreSQL and SQLite.

/// The SQL of a database.
pub(crate) struct Dialect {
    pub(crate) name: &'static str,
    /// The prefix and suffix of the hexadecimal digits of a bytes literal.
    pub(super) bytes: (&'static str, &'static str),
    /// The database's clock, read after a statement has acquired the lock of its row.
    pub(crate) now: &'static str,
    /// The amount that one microsecond adds to the clock.
    pub(super) microsecond: &'static str,
    /// The types of columns that hold an instant and a number.
    pub(crate) instant: &'static str,
    pub(crate) integer: &'static str,
    /// The microseconds until the instant in a column.
    pub(crate) remaining: fn(&str) -> String,
    /// Reports by an error's code whether its message is the database's own, and so quotes no value.
    pub(super) message_is_safe: fn(&str) -> bool,
}

#[cfg(feature = "postgres")]
pub(crate) static POSTGRES: Dialect = Dialect {
    name: "PostgreSQL",
    bytes: ("decode('", "', 'hex')"),
    // Not `now()` or `statement_timestamp()`: those are when the statement arrived.
    now: "clock_timestamp()",
    microsecond: "interval '1 microsecond'",
    instant: "timestamptz",
    integer: "bigint",
    remaining: |column| format!("(extract(epoch FROM {column} - clock_timestamp()) * 1000000)::bigint"),
    // Connections, capabilities, states, authorization, names, conflicts, syntax and rights, resources, limits,
    // operators, the system, bugs. Not among them: data, constraints, and what functions and triggers raise.
    message_is_safe: |code| {
        let classes = ["08", "0A", "25", "26", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "XX"];
        classes.iter().any(|class| code.starts_with(class))
    },
};

#[cfg(feature = "sqlite")]
pub(crate) static SQLITE: Dialect = Dialect {
    name: "SQLite",
    bytes: ("x'", "'"),
    now: "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    microsecond: "1",
    instant: "INTEGER",
    integer: "INTEGER",
    remaining: |column| format!("{column} - CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"),
    // Constraints, and what triggers raise.
    message_is_safe: |code| code.parse().is_ok_and(|code: u32| code & 0xff != 19),
};
