"""Numerics: sums, estimates and their intervals, on numbers alone. Standard library and NumPy."""
