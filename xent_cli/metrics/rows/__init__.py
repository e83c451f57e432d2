"""Rows: batches, what may be wrong with them, their losses, what they contribute."""
