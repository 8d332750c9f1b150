CREATE TABLE IF NOT EXISTS mobiscroll_connect_tokens (
    user_id      BLOB NOT NULL PRIMARY KEY,
    tokens       BLOB,
    version      INTEGER NOT NULL DEFAULT 0,
    fence        INTEGER NOT NULL DEFAULT 0,
    lease_end    INTEGER, -- microseconds since 1970
    presented    INTEGER NOT NULL DEFAULT 0,
    presented_at INTEGER -- microseconds since 1970
) STRICT;
