"""Request and response bodies of progress tracking.

Input is coerced leniently. The fields of responses are declared for the OpenAPI document; the
rows are written by hand, which is several times faster for a list of a thousand.
"""
