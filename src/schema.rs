//! The tables, as diesel sees them: `migrations/` in Rust, the same for both engines.
#![allow(missing_docs, reason = "the migrations document the columns")]

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    idempotent_request (account_id, request_key) {
        account_id -> BigInt,
        request_key -> Text,
        fingerprint -> Text,
        status -> Nullable<SmallInt>,
        headers -> Nullable<Text>,
        body -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

table! {
    account (id) {
        id -> BigInt,
        username -> Text,
        display_name -> Text,
        password_hash -> Text,
        must_change_password -> Bool,
        failed_logins -> Integer,
        locked_until -> Nullable<Timestamp>,
        disabled_at -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        created_by -> Nullable<BigInt>,
    }
}

table! {
    access_grant (id) {
        id -> BigInt,
        account_id -> BigInt,
        role -> Text,
        scope -> Text,
        region_code -> Nullable<Integer>,
        school_id -> Nullable<BigInt>,
        grade -> Nullable<SmallInt>,
        target_id -> Nullable<BigInt>,
        from_on -> Date,
        to_on -> Nullable<Date>,
        reason -> Text,
        granted_at -> Timestamp,
        granted_by -> Nullable<BigInt>,
        revoked_at -> Nullable<Timestamp>,
        revoked_by -> Nullable<BigInt>,
    }
}

table! {
    session (id) {
        id -> BigInt,
        account_id -> BigInt,
        client -> Text,
        created_at -> Timestamp,
        refreshed_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        end_reason -> Nullable<Text>,
        cookie_hash -> Nullable<Text>,
    }
}

table! {
    refresh_token (token_hash) {
        token_hash -> Text,
        session_id -> BigInt,
        issued_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

table! {
    audit_event (school_id, seq) {
        school_id -> BigInt,
        seq -> BigInt,
        at -> Timestamp,
        account_id -> Nullable<BigInt>,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Nullable<BigInt>,
        detail -> Text,
        reason -> Text,
        request_id -> Text,
        previous_hash -> Text,
        hash -> Text,
    }
}

table! {
    audit_head (school_id) {
        school_id -> BigInt,
        seq -> BigInt,
        hash -> Text,
    }
}

table! {
    school (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        kind -> Text,
        system -> Text,
        boarding -> Bool,
        county_code -> Integer,
        version -> Integer,
        created_at -> Timestamp,
    }
}

table! {
    class (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        stage -> Text,
        entry_year -> Integer,
        number -> SmallInt,
        name -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
    }
}

table! {
    term (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        code -> Integer,
        starts_on -> Date,
        ends_on -> Date,
        closed_at -> Nullable<Timestamp>,
        version -> Integer,
    }
}

table! {
    calendar_day (school_id, day) {
        school_id -> BigInt,
        day -> Date,
        kind -> Text,
        note -> Text,
    }
}

table! {
    dormitory (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        name -> Text,
        sex -> Text,
        version -> Integer,
    }
}

table! {
    room (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        dormitory_id -> BigInt,
        name -> Text,
        beds -> SmallInt,
        version -> Integer,
    }
}

table! {
    student (id) {
        id -> BigInt,
        name -> Text,
        name_pinyin -> Text,
        name_initials -> Text,
        sex -> Text,
        birth_date -> Date,
        ethnic_code -> Nullable<SmallInt>,
        identity_number_sealed -> Nullable<Text>,
        identity_number_index -> Nullable<Text>,
        address_sealed -> Nullable<Text>,
        home_county -> Nullable<Integer>,
        version -> Integer,
        created_at -> Timestamp,
        created_by -> Nullable<BigInt>,
    }
}

table! {
    student_number (number_index) {
        number_index -> Text,
        student_id -> BigInt,
        number_sealed -> Text,
        kind -> Text,
        from_on -> Date,
        to_on -> Nullable<Date>,
    }
}

table! {
    student_version (student_id, version) {
        student_id -> BigInt,
        version -> Integer,
        before_sealed -> Text,
        reason -> Text,
        source -> Text,
        changed_at -> Timestamp,
        changed_by -> Nullable<BigInt>,
    }
}

table! {
    guardian (student_id, id) {
        student_id -> BigInt,
        id -> BigInt,
        name_sealed -> Text,
        relation -> Text,
        phone_sealed -> Nullable<Text>,
        phone_index -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
    }
}

table! {
    enrolment (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        student_id -> BigInt,
        class_id -> BigInt,
        from_on -> Date,
        to_on -> Nullable<Date>,
        reason_in -> Text,
        reason_out -> Nullable<Text>,
        created_at -> Timestamp,
        created_by -> Nullable<BigInt>,
    }
}

table! {
    stay (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        student_id -> BigInt,
        room_id -> BigInt,
        from_on -> Date,
        to_on -> Nullable<Date>,
        created_at -> Timestamp,
        created_by -> Nullable<BigInt>,
    }
}

table! {
    tally_pending (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        county_code -> Integer,
        body -> Text,
    }
}

table! {
    tally_school (school_id, term, class_id, grade, sex, indicator, bucket) {
        school_id -> BigInt,
        term -> Integer,
        class_id -> BigInt,
        grade -> SmallInt,
        sex -> Text,
        indicator -> Text,
        bucket -> Text,
        n -> BigInt,
        total -> BigInt,
    }
}

table! {
    tally_county (term, county_code, grade, sex, indicator, bucket) {
        term -> Integer,
        county_code -> Integer,
        grade -> SmallInt,
        sex -> Text,
        indicator -> Text,
        bucket -> Text,
        n -> BigInt,
        total -> BigInt,
    }
}

table! {
    vision_round (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        term -> Integer,
        kind -> Text,
        opened_on -> Date,
        opened_at -> Timestamp,
        opened_by -> BigInt,
    }
}

table! {
    vision_roster (school_id, round_id, student_id) {
        school_id -> BigInt,
        round_id -> BigInt,
        student_id -> BigInt,
        class_id -> BigInt,
        grade -> SmallInt,
        sex -> Text,
        age_months -> Integer,
    }
}

table! {
    vision_screening (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        student_id -> BigInt,
        term -> Integer,
        kind -> Text,
        class_id -> BigInt,
        grade -> SmallInt,
        sex -> Text,
        age_months -> Integer,
        examined_on -> Date,
        not_done_reason -> Nullable<Text>,
        glasses -> Nullable<Text>,
        right_uncorrected -> Nullable<SmallInt>,
        left_uncorrected -> Nullable<SmallInt>,
        right_corrected -> Nullable<SmallInt>,
        left_corrected -> Nullable<SmallInt>,
        right_sphere -> Nullable<SmallInt>,
        right_cylinder -> Nullable<SmallInt>,
        right_axis -> Nullable<SmallInt>,
        left_sphere -> Nullable<SmallInt>,
        left_cylinder -> Nullable<SmallInt>,
        left_axis -> Nullable<SmallInt>,
        verdict -> Nullable<Text>,
        standard -> Nullable<Text>,
        source -> Text,
        version -> Integer,
        entered_at -> Timestamp,
        entered_by -> BigInt,
    }
}

table! {
    vision_screening_version (school_id, screening_id, version) {
        school_id -> BigInt,
        screening_id -> BigInt,
        version -> Integer,
        record -> Text,
        reason -> Text,
        replaced_at -> Timestamp,
        replaced_by -> BigInt,
    }
}

table! {
    roster_import (school_id, id) {
        school_id -> BigInt,
        id -> BigInt,
        state -> Text,
        file_name -> Text,
        file_hash -> Text,
        on_date -> Date,
        headers -> Text,
        rows_total -> Integer,
        rows_done -> Integer,
        summary -> Text,
        version -> Integer,
        worked_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        created_by -> Nullable<BigInt>,
        committed_at -> Nullable<Timestamp>,
        committed_by -> Nullable<BigInt>,
        undone_at -> Nullable<Timestamp>,
        undone_by -> Nullable<BigInt>,
    }
}

table! {
    roster_import_row (school_id, import_id, row_number) {
        school_id -> BigInt,
        import_id -> BigInt,
        row_number -> Integer,
        outcome -> Text,
        cells_sealed -> Text,
        changes_sealed -> Nullable<Text>,
        problems -> Text,
        student_id -> Nullable<BigInt>,
        student_version -> Nullable<Integer>,
        undo_sealed -> Nullable<Text>,
    }
}

allow_tables_to_appear_in_same_query!(
    idempotent_request,
    account,
    access_grant,
    session,
    refresh_token,
    audit_event,
    audit_head,
    school,
    class,
    term,
    calendar_day,
    dormitory,
    room,
    student,
    student_number,
    student_version,
    guardian,
    enrolment,
    stay,
    tally_pending,
    tally_school,
    tally_county,
    vision_round,
    vision_roster,
    vision_screening,
    vision_screening_version,
    roster_import,
    roster_import_row,
);
