"""Fault tests: servers are killed and starved during a replay, and no answer may be lost."""
