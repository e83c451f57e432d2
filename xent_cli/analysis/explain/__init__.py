"""Explain: where the loss sits."""
