"""Tests of the `analytics` package through its public interfaces."""
