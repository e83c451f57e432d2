"""Hints: each is followed as it is written, and leads to the right number or to a refusal."""
