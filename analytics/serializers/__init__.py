"""Request and response bodies of answer tracking: strict input, fixed output.

Serializer fields only describe the bodies in the OpenAPI document. Rows are parsed and written by
plain functions, which is an order of magnitude faster for ten thousand of them.
"""
