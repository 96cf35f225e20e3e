-- What one write adds to the counters, as one row; the folding job merges it and takes it away.
CREATE TABLE tally_pending (
    school_id   BIGINT  NOT NULL,
    id          BIGINT  NOT NULL,
    county_code INTEGER NOT NULL,
    body        TEXT    NOT NULL,
    PRIMARY KEY (school_id, id)
);
CREATE INDEX tally_pending_county ON tally_pending (county_code);

CREATE TABLE tally_school (
    school_id BIGINT   NOT NULL,
    term      INTEGER  NOT NULL,
    class_id  BIGINT   NOT NULL,
    grade     SMALLINT NOT NULL,
    sex       TEXT     NOT NULL,
    indicator TEXT     NOT NULL,
    bucket    TEXT     NOT NULL,
    n         BIGINT   NOT NULL,
    total     BIGINT   NOT NULL,
    PRIMARY KEY (school_id, term, class_id, grade, sex, indicator, bucket)
);

CREATE TABLE tally_county (
    term        INTEGER  NOT NULL,
    county_code INTEGER  NOT NULL,
    grade       SMALLINT NOT NULL,
    sex         TEXT     NOT NULL,
    indicator   TEXT     NOT NULL,
    bucket      TEXT     NOT NULL,
    n           BIGINT   NOT NULL,
    total       BIGINT   NOT NULL,
    PRIMARY KEY (term, county_code, grade, sex, indicator, bucket)
);
