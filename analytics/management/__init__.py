"""Commands of the learner model."""
