"""Formats: one module per format, from bytes to blocks."""
