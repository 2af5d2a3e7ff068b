"""Progress tracking: the API of the first document, its models and services."""
