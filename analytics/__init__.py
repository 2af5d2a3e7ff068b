"""What we believe a learner knows: the learner model behind all three APIs."""
