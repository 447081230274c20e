"""What an incident would cost, line by line, from figures with their sources."""
