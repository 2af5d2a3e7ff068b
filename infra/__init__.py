"""Domain-independent code: database tools, REST API parts, admin parts, exports, audit changes.

Nothing here imports another package of the project. Users appear only as `AUTH_USER_MODEL`.
"""
