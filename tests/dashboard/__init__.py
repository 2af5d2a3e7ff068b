"""Tests of the coaches' site."""
