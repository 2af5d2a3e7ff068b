"""Tests of behaviour through the public interfaces."""
