CREATE TABLE account (
    id                   BIGINT    NOT NULL PRIMARY KEY,
    username             TEXT      NOT NULL UNIQUE,
    display_name         TEXT      NOT NULL,
    password_hash        TEXT      NOT NULL,
    must_change_password BOOLEAN   NOT NULL,
    failed_logins        INTEGER   NOT NULL,
    locked_until         TIMESTAMP,
    disabled_at          TIMESTAMP,
    version              INTEGER   NOT NULL,
    created_at           TIMESTAMP NOT NULL,
    created_by           BIGINT
);

-- Grants are data: one role in one scope, for a time. Roles are code.
CREATE TABLE access_grant (
    id          BIGINT    NOT NULL PRIMARY KEY,
    account_id  BIGINT    NOT NULL REFERENCES account (id),
    role        TEXT      NOT NULL,
    scope       TEXT      NOT NULL,
    region_code INTEGER,
    school_id   BIGINT,
    grade       SMALLINT,
    target_id   BIGINT,
    from_on     DATE      NOT NULL,
    to_on       DATE,
    reason      TEXT      NOT NULL,
    granted_at  TIMESTAMP NOT NULL,
    granted_by  BIGINT,
    revoked_at  TIMESTAMP,
    revoked_by  BIGINT
);
CREATE INDEX access_grant_account ON access_grant (account_id);

CREATE TABLE session (
    id           BIGINT    NOT NULL PRIMARY KEY,
    account_id   BIGINT    NOT NULL REFERENCES account (id),
    client       TEXT      NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    refreshed_at TIMESTAMP NOT NULL,
    expires_at   TIMESTAMP NOT NULL,
    ended_at     TIMESTAMP,
    end_reason   TEXT
);
CREATE INDEX session_account ON session (account_id);

-- Refresh tokens are kept as hashes alone; each is used once.
CREATE TABLE refresh_token (
    token_hash TEXT      NOT NULL PRIMARY KEY,
    session_id BIGINT    NOT NULL REFERENCES session (id),
    issued_at  TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at    TIMESTAMP
);
CREATE INDEX refresh_token_session ON refresh_token (session_id);
