"""Django's SQLite backend with a fair queue of writers; the `ENGINE` for SQLite databases."""
