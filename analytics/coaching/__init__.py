"""A coach's pages on what is believed of learners, and the evidence for it."""
