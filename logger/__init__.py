"""What learners did: the progress-tracking API of the first document."""
