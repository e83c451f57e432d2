"""Input and output: everything that is read or written, as sources of blocks. Only here is pyarrow."""
