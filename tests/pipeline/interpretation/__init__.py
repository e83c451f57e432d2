"""Interpretation: the rules of docs/definitions.md, one table for each."""
