"""Management commands of the roster."""
