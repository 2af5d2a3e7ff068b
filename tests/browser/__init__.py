"""Pages, looked at in Chromium."""
