DROP TABLE roster_import_row;
DROP TABLE roster_import;
