-- An import is a reviewed change set: checked, reviewed, committed, and taken back while untouched.
-- worked_at: when its worker last wrote; null while nobody works on it.
CREATE TABLE roster_import (
    school_id    BIGINT    NOT NULL REFERENCES school (id),
    id           BIGINT    NOT NULL,
    state        TEXT      NOT NULL,
    file_name    TEXT      NOT NULL,
    file_hash    TEXT      NOT NULL,
    on_date      DATE      NOT NULL,
    headers      TEXT      NOT NULL,
    rows_total   INTEGER   NOT NULL,
    rows_done    INTEGER   NOT NULL,
    summary      TEXT      NOT NULL,
    version      INTEGER   NOT NULL,
    worked_at    TIMESTAMP,
    created_at   TIMESTAMP NOT NULL,
    created_by   BIGINT,
    committed_at TIMESTAMP,
    committed_by BIGINT,
    undone_at    TIMESTAMP,
    undone_by    BIGINT,
    PRIMARY KEY (school_id, id)
);
CREATE INDEX roster_import_id ON roster_import (id);

-- One row of the sheet, sealed; what it would change, and what undoing it needs.
CREATE TABLE roster_import_row (
    school_id       BIGINT  NOT NULL,
    import_id       BIGINT  NOT NULL,
    row_number      INTEGER NOT NULL,
    outcome         TEXT    NOT NULL,
    cells_sealed    TEXT    NOT NULL,
    changes_sealed  TEXT,
    problems        TEXT    NOT NULL,
    student_id      BIGINT,
    student_version INTEGER,
    undo_sealed     TEXT,
    PRIMARY KEY (school_id, import_id, row_number),
    FOREIGN KEY (school_id, import_id) REFERENCES roster_import (school_id, id)
);
