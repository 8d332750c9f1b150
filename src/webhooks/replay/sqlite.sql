CREATE TABLE IF NOT EXISTS mobiscroll_connect_webhooks (
    id      BLOB PRIMARY KEY,
    fence   INTEGER NOT NULL,
    is_done INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    UNIQUE (until, id)
) WITHOUT ROWID;
