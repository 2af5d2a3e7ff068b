"""Benchmarks of LearnTrace on real data."""
