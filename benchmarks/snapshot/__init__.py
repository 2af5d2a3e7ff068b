"""Snapshots of every response, to show that a refactoring changes none of them."""
