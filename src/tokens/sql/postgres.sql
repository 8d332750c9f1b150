CREATE TABLE IF NOT EXISTS mobiscroll_connect_tokens (
    user_id      bytea PRIMARY KEY,
    tokens       bytea,
    version      bigint NOT NULL DEFAULT 0,
    fence        bigint NOT NULL DEFAULT 0,
    lease_end    timestamptz,
    presented    bigint NOT NULL DEFAULT 0,
    presented_at timestamptz
);
