"""Attacks on a running server: what one caller can do to the service of the others."""
