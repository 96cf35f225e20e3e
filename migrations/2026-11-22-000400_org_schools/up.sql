CREATE TABLE school (
    id          BIGINT    NOT NULL PRIMARY KEY,
    code        TEXT      NOT NULL UNIQUE,
    name        TEXT      NOT NULL,
    kind        TEXT      NOT NULL,
    system      TEXT      NOT NULL,
    boarding    BOOLEAN   NOT NULL,
    county_code INTEGER   NOT NULL,
    version     INTEGER   NOT NULL,
    created_at  TIMESTAMP NOT NULL
);
CREATE INDEX school_county ON school (county_code);

-- The grade is not kept: it follows from stage, entry year and the school year asked for.
CREATE TABLE class (
    school_id  BIGINT    NOT NULL REFERENCES school (id),
    id         BIGINT    NOT NULL,
    stage      TEXT      NOT NULL,
    entry_year INTEGER   NOT NULL,
    number     SMALLINT  NOT NULL,
    name       TEXT,
    version    INTEGER   NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (school_id, id),
    UNIQUE (school_id, stage, entry_year, number)
);
CREATE INDEX class_id ON class (id);

CREATE TABLE term (
    school_id BIGINT    NOT NULL REFERENCES school (id),
    id        BIGINT    NOT NULL,
    code      INTEGER   NOT NULL,
    starts_on DATE      NOT NULL,
    ends_on   DATE      NOT NULL,
    closed_at TIMESTAMP,
    version   INTEGER   NOT NULL,
    PRIMARY KEY (school_id, id),
    UNIQUE (school_id, code)
);

-- Days that differ from the week's rule: a holiday on a weekday, a school day on a weekend.
CREATE TABLE calendar_day (
    school_id BIGINT NOT NULL REFERENCES school (id),
    day       DATE   NOT NULL,
    kind      TEXT   NOT NULL,
    note      TEXT   NOT NULL,
    PRIMARY KEY (school_id, day)
);

CREATE TABLE dormitory (
    school_id BIGINT  NOT NULL REFERENCES school (id),
    id        BIGINT  NOT NULL,
    name      TEXT    NOT NULL,
    sex       TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    PRIMARY KEY (school_id, id),
    UNIQUE (school_id, name)
);
CREATE INDEX dormitory_id ON dormitory (id);

CREATE TABLE room (
    school_id    BIGINT   NOT NULL,
    id           BIGINT   NOT NULL,
    dormitory_id BIGINT   NOT NULL,
    name         TEXT     NOT NULL,
    beds         SMALLINT NOT NULL,
    version      INTEGER  NOT NULL,
    PRIMARY KEY (school_id, id),
    UNIQUE (school_id, dormitory_id, name),
    FOREIGN KEY (school_id, dormitory_id) REFERENCES dormitory (school_id, id)
);
