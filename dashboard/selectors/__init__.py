"""Data of the coach pages; each page is one call, and every list has a maximum size."""
