"""HTML: results as pages without script, and as drawings for notebooks."""
