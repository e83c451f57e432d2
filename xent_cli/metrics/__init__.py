"""Metrics: rows to a tally, tallies to a report, and other libraries' numbers."""
