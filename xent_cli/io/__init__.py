"""Input and output: whatever holds rows, as sources of blocks. Only here is pyarrow known."""
