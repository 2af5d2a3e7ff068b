"""What learners remember: the study-results API of the third document."""
