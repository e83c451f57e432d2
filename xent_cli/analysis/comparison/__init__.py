"""Comparison: a candidate beside a baseline, several models, a training curve."""
