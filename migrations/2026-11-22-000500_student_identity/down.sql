DROP TABLE guardian;
DROP TABLE student_version;
DROP TABLE student_number;
DROP TABLE student;
