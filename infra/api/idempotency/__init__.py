"""Idempotency keys: a request that is sent again runs only once (contract 0.9).

`decorators` wraps the handlers of views, `store` saves requests and responses, `models` has their
table.
"""
