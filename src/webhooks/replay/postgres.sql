CREATE TABLE IF NOT EXISTS mobiscroll_connect_webhooks (
    id      bytea PRIMARY KEY,
    fence   bigint NOT NULL,
    is_done boolean NOT NULL,
    until   timestamptz NOT NULL,
    UNIQUE (until, id)
);
