"""Arabic date and time formats."""
