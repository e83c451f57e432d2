"""Compat: what other libraries would print for the same rows."""
