"""Wire shapes of progress tracking: lenient on the way in, fixed on the way out.

The fields of what goes out are declared for the OpenAPI document; rows are written by hand,
which is several times faster on a list of a thousand.
"""
