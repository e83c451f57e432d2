"""Tally: sums that add up exactly, by class, cluster, slice and pair of models."""
