"""Nested: columns of lists, structs and maps as the flat columns that they amount to."""
