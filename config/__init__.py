"""Settings, URLs and the rim shared by every API."""
