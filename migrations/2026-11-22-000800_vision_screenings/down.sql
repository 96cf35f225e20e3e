DROP TABLE vision_screening_version;
DROP TABLE vision_screening;
DROP TABLE vision_roster;
DROP TABLE vision_round;
