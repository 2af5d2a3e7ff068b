"""Database tools: compiled queries, keyset pagination, limits of bytes, the SQLite backend."""
