-- Append-only and hash-chained per school (school 0: what belongs to no school).
CREATE TABLE audit_event (
    school_id     BIGINT    NOT NULL,
    seq           BIGINT    NOT NULL,
    at            TIMESTAMP NOT NULL,
    account_id    BIGINT,
    action        TEXT      NOT NULL,
    subject_kind  TEXT      NOT NULL,
    subject_id    BIGINT,
    detail        TEXT      NOT NULL,
    reason        TEXT      NOT NULL,
    request_id    TEXT      NOT NULL,
    previous_hash TEXT      NOT NULL,
    hash          TEXT      NOT NULL,
    PRIMARY KEY (school_id, seq)
);
CREATE INDEX audit_event_subject ON audit_event (subject_id, at);
CREATE INDEX audit_event_account ON audit_event (account_id, at);

-- The last link of each school's chain: a missing last row shows against it.
CREATE TABLE audit_head (
    school_id BIGINT NOT NULL PRIMARY KEY,
    seq       BIGINT NOT NULL,
    hash      TEXT   NOT NULL
);
