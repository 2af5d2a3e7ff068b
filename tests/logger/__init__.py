"""Tests of logger."""
