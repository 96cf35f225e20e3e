-- 筛查轮次: opening a round freezes who is expected (class, grade, sex, age that day).
CREATE TABLE vision_round (
    school_id BIGINT    NOT NULL REFERENCES school (id),
    id        BIGINT    NOT NULL,
    term      INTEGER   NOT NULL,
    kind      TEXT      NOT NULL,
    opened_on DATE      NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    opened_by BIGINT    NOT NULL,
    PRIMARY KEY (school_id, id),
    UNIQUE (school_id, term, kind)
);

CREATE TABLE vision_roster (
    school_id  BIGINT   NOT NULL,
    round_id   BIGINT   NOT NULL,
    student_id BIGINT   NOT NULL,
    class_id   BIGINT   NOT NULL,
    grade      SMALLINT NOT NULL,
    sex        TEXT     NOT NULL,
    age_months INTEGER  NOT NULL,
    PRIMARY KEY (school_id, round_id, student_id),
    FOREIGN KEY (school_id, round_id) REFERENCES vision_round (school_id, id)
);

-- One screening per pupil, term and kind, with the school, class, grade and age of its day. Acuity
-- as kernel::measure::Acuity codes it; dioptres in hundredths; axis in degrees. Either
-- not_done_reason says why nothing was measured, or verdict and standard say what was judged.
CREATE TABLE vision_screening (
    school_id         BIGINT    NOT NULL,
    id                BIGINT    NOT NULL,
    student_id        BIGINT    NOT NULL,
    term              INTEGER   NOT NULL,
    kind              TEXT      NOT NULL,
    class_id          BIGINT    NOT NULL,
    grade             SMALLINT  NOT NULL,
    sex               TEXT      NOT NULL,
    age_months        INTEGER   NOT NULL,
    examined_on       DATE      NOT NULL,
    not_done_reason   TEXT,
    glasses           TEXT,
    right_uncorrected SMALLINT,
    left_uncorrected  SMALLINT,
    right_corrected   SMALLINT,
    left_corrected    SMALLINT,
    right_sphere      SMALLINT,
    right_cylinder    SMALLINT,
    right_axis        SMALLINT,
    left_sphere       SMALLINT,
    left_cylinder     SMALLINT,
    left_axis         SMALLINT,
    verdict           TEXT,
    standard          TEXT,
    source            TEXT      NOT NULL,
    version           INTEGER   NOT NULL,
    entered_at        TIMESTAMP NOT NULL,
    entered_by        BIGINT    NOT NULL,
    PRIMARY KEY (school_id, id),
    UNIQUE (school_id, student_id, term, kind),
    FOREIGN KEY (school_id, class_id) REFERENCES class (school_id, id)
);
CREATE INDEX vision_screening_id ON vision_screening (id);
CREATE INDEX vision_screening_class ON vision_screening (school_id, class_id, term);

-- A corrected screening as it stood before, with who, when and why.
CREATE TABLE vision_screening_version (
    school_id    BIGINT    NOT NULL,
    screening_id BIGINT    NOT NULL,
    version      INTEGER   NOT NULL,
    record       TEXT      NOT NULL,
    reason       TEXT      NOT NULL,
    replaced_at  TIMESTAMP NOT NULL,
    replaced_by  BIGINT    NOT NULL,
    PRIMARY KEY (school_id, screening_id, version),
    FOREIGN KEY (school_id, screening_id) REFERENCES vision_screening (school_id, id)
);
