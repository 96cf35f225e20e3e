//! Spreadsheets: reading .xlsx, .xls and .csv safely, and writing workbooks.
