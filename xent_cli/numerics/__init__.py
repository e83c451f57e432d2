"""Numerics: exact sums, estimates, Student's t, quantiles, assignment. NumPy only."""
