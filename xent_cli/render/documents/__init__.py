"""Documents: what each kind of result shows, as tables and facts."""
