"""Views of the coach pages."""
