"""CSV and its like: dialect, header, records, numerals, parser."""
