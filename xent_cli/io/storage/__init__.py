"""Storage: where bytes are, on this machine or in an object store."""
