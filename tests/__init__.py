"""Behaviour, tried through the interfaces users have."""
