"""Interpretation: which columns are predictions, of which class, and what the labels name."""
