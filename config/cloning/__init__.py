"""Cloning of a facility in SQL, with new keys and shifted times.

`ownership` finds the tables with rows of a facility, `expressions` has the SQL of the values that
change, and `facility` inserts the copies.
"""
