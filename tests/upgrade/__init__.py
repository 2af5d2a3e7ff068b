"""What a new version does to databases that an earlier one made."""
