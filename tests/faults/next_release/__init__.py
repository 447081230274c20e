"""What a version after this one might bring: a column and a table more, and later one that takes away what this one needs."""
