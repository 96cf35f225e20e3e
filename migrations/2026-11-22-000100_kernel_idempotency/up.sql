-- The first result of a request that carried an Idempotency-Key; it commits with the write.
CREATE TABLE idempotent_request (
    account_id      BIGINT    NOT NULL,
    request_key     TEXT      NOT NULL,
    fingerprint     TEXT      NOT NULL,
    status          SMALLINT,
    headers         TEXT,
    body            TEXT,
    created_at      TIMESTAMP NOT NULL,
    PRIMARY KEY (account_id, request_key)
);
CREATE INDEX idempotent_request_age ON idempotent_request (created_at);
