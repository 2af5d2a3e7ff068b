"""Tests that upgrade databases of earlier versions to the current one."""
