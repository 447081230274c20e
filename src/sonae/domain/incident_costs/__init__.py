"""What an incident would cost, line by line, and how far each limit of the programme would pay it."""
