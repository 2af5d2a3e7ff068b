"""Template filters for admin lists, numbers and durations."""
