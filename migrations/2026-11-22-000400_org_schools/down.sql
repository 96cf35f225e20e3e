DROP TABLE room;
DROP TABLE dormitory;
DROP TABLE calendar_day;
DROP TABLE term;
DROP TABLE class;
DROP TABLE school;
