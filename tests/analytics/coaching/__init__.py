"""A coach's pages."""
