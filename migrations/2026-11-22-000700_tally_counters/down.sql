DROP TABLE tally_county;
DROP TABLE tally_school;
DROP TABLE tally_pending;
