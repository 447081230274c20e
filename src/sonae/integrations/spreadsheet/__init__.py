"""Excel workbooks (.xlsx) as rows of text. What is in a file is measured before the library that reads it sees any of it."""
