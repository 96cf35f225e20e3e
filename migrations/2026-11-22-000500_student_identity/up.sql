-- Who: one row a pupil for the whole of school life. Numbers, phone and address are sealed; a
-- number is found through its blind index.
CREATE TABLE student (
    id                     BIGINT    NOT NULL PRIMARY KEY,
    name                   TEXT      NOT NULL,
    name_pinyin            TEXT      NOT NULL,
    name_initials          TEXT      NOT NULL,
    sex                    TEXT      NOT NULL,
    birth_date             DATE      NOT NULL,
    ethnic_code            SMALLINT,
    identity_number_sealed TEXT,
    identity_number_index  TEXT UNIQUE,
    address_sealed         TEXT,
    home_county            INTEGER,
    version                INTEGER   NOT NULL,
    created_at             TIMESTAMP NOT NULL,
    created_by             BIGINT
);
CREATE INDEX student_name ON student (name);
CREATE INDEX student_pinyin ON student (name_pinyin);
CREATE INDEX student_initials ON student (name_initials);
CREATE INDEX student_birth ON student (birth_date);

-- Every student number a pupil has ever had; an L number is replaced, never forgotten.
CREATE TABLE student_number (
    number_index  TEXT   NOT NULL PRIMARY KEY,
    student_id    BIGINT NOT NULL REFERENCES student (id),
    number_sealed TEXT   NOT NULL,
    kind          TEXT   NOT NULL,
    from_on       DATE   NOT NULL,
    to_on         DATE
);
CREATE UNIQUE INDEX student_number_current ON student_number (student_id) WHERE to_on IS NULL;
CREATE INDEX student_number_student ON student_number (student_id);

-- What a change of identity replaced, sealed: facts are never overwritten.
CREATE TABLE student_version (
    student_id    BIGINT    NOT NULL REFERENCES student (id),
    version       INTEGER   NOT NULL,
    before_sealed TEXT      NOT NULL,
    reason        TEXT      NOT NULL,
    source        TEXT      NOT NULL,
    changed_at    TIMESTAMP NOT NULL,
    changed_by    BIGINT,
    PRIMARY KEY (student_id, version)
);

CREATE TABLE guardian (
    student_id   BIGINT    NOT NULL REFERENCES student (id),
    id           BIGINT    NOT NULL,
    name_sealed  TEXT      NOT NULL,
    relation     TEXT      NOT NULL,
    phone_sealed TEXT,
    phone_index  TEXT,
    version      INTEGER   NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (student_id, id)
);
CREATE INDEX guardian_phone ON guardian (phone_index);
