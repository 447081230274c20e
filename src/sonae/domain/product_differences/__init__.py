"""Two product versions laid side by side: every difference in words of both languages, and none where they are the same."""
