"""Servers that are killed and starved while answers are replayed; nothing may be lost."""
