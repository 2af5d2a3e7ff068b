"""Snapshots of every response, to prove that a refactoring changes none."""
