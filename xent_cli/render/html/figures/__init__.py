"""Figures: what a page draws of a result, one module per figure: data in, SVG out."""
