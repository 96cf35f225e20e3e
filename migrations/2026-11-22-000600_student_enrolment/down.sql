DROP TABLE stay;
DROP TABLE enrolment;
