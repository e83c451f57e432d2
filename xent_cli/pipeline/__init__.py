"""Pipeline: from columns to a plan, and from a plan to sums, by threads, processes or engines."""
