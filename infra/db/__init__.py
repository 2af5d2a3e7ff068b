"""Compiled queries, keyset pagination, and the SQLite backend."""
