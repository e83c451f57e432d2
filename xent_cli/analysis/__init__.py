"""Analysis: what results say: comparisons, gates, explanations, worst rows."""
