"""Gate: rules, their values, verdicts."""
