"""Wire shapes of answer tracking: strict on the way in, fixed on the way out.

The fields are declared for the OpenAPI document; rows are read and written by hand, which is an
order of magnitude faster on ten thousand of them.
"""
