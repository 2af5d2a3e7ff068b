"""Template tags of learners' work."""
