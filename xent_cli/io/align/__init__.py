"""Align: the rows of several inputs side by side, by position or by id."""
