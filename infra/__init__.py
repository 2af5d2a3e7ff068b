"""What knows no domain: databases, API parts, admin parts, exports."""
