"""Report: the figures of a tally, with their errors and warnings."""
