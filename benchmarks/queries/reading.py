"""Reading and nothing else: lower bounds. Imports inside, so that each pays for its own alone."""

from __future__ import annotations

BUFFER_BYTES = 1 << 20


def read_table(_task: str, path: str) -> None:
    """Read all of a Parquet or CSV file into memory with pyarrow's threads."""
    if path.endswith(".parquet"):
        from pyarrow.parquet import ParquetFile

        ParquetFile(path).read()
    else:
        from pyarrow.csv import read_csv

        read_csv(path)


def read_batches(_task: str, path: str) -> None:
    """Read a Parquet or CSV file with pyarrow piece by piece, and forget each."""
    if path.endswith(".parquet"):
        from pyarrow.parquet import ParquetFile

        file = ParquetFile(path)
        for index in range(file.num_row_groups):
            file.read_row_group(index)
    else:
        from pyarrow.csv import open_csv

        for _batch in open_csv(path):
            pass


def read_arrays(_task: str, path: str) -> None:
    """Load an npy file and its labels with NumPy."""
    import numpy as np

    np.load(path)
    np.load(path.replace(".npy", ".labels.npy"))


def read_bytes(_task: str, path: str) -> None:
    """Read the bytes of an npy file and its labels through a small buffer."""
    buffer = bytearray(BUFFER_BYTES)
    for name in (path, path.replace(".npy", ".labels.npy")):
        with open(name, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass
