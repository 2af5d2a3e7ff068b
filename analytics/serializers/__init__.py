"""Response bodies of answer tracking.

Serializer fields only describe them in the OpenAPI document. Rows are written by plain functions,
which is an order of magnitude faster for ten thousand of them.
"""
