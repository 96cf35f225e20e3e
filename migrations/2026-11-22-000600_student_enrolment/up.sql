-- 学籍: a pupil in a class, from a day (inclusive) to a day (exclusive; null: still there).
CREATE TABLE enrolment (
    school_id  BIGINT    NOT NULL,
    id         BIGINT    NOT NULL,
    student_id BIGINT    NOT NULL,
    class_id   BIGINT    NOT NULL,
    from_on    DATE      NOT NULL,
    to_on      DATE,
    reason_in  TEXT      NOT NULL,
    reason_out TEXT,
    created_at TIMESTAMP NOT NULL,
    created_by BIGINT,
    PRIMARY KEY (school_id, id),
    FOREIGN KEY (school_id, class_id) REFERENCES class (school_id, id)
);
CREATE UNIQUE INDEX enrolment_open ON enrolment (school_id, student_id) WHERE to_on IS NULL;
CREATE INDEX enrolment_student ON enrolment (student_id);
CREATE INDEX enrolment_class ON enrolment (class_id);

CREATE TABLE stay (
    school_id  BIGINT    NOT NULL,
    id         BIGINT    NOT NULL,
    student_id BIGINT    NOT NULL,
    room_id    BIGINT    NOT NULL,
    from_on    DATE      NOT NULL,
    to_on      DATE,
    created_at TIMESTAMP NOT NULL,
    created_by BIGINT,
    PRIMARY KEY (school_id, id),
    FOREIGN KEY (school_id, room_id) REFERENCES room (school_id, id)
);
CREATE UNIQUE INDEX stay_open ON stay (school_id, student_id) WHERE to_on IS NULL;
CREATE INDEX stay_student ON stay (student_id);
CREATE INDEX stay_room ON stay (room_id);
