"""Building blocks of the REST APIs, configured in `REST_FRAMEWORK` or used by views.

Parsers, renderers, serializer fields, filters, pagination, throttling and idempotency keys.
"""
