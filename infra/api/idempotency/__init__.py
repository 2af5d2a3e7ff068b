"""Requests that may be sent again under an `Idempotency-Key` (contract 0.9)."""
