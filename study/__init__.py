"""The study-results API of the third document: sets, items and reviews."""
