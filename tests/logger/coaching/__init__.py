"""Behaviour of one part, through its public interface."""
