"""Tests of the `study` package through its public interfaces."""
