"""Figures of the learner model beside their targets (learning-science)."""
