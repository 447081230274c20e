"""Papers as PDF, made by the typst compiler."""
