"""Parts of REST APIs: parsers, renderers, pagination, throttling, filters, idempotency."""
