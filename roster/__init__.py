"""People, places, keys, assignments, and the rules of who may read and change which rows."""
