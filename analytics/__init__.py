"""The learner model behind all three APIs."""
