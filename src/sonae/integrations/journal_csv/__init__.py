"""A journal as plain CSV, for any accounting software."""
