"""Tests of the pure numerics in `analytics.core`."""
