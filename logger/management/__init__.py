"""Management commands of progress tracking."""
