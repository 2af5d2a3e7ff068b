"""Code that knows no domain: databases, API parts, admin parts, exports."""
