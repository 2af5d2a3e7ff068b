"""Measuring LearnTrace on real data."""
