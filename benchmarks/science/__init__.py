"""What the learner model is worth: its figures beside their targets (learning-science)."""
