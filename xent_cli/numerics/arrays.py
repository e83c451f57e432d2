"""Arrays: the types of arrays that everything computes with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

TEXT = np.dtypes.StringDType()
Texts = NDArray[Any]
"""Texts as an array: sixteen bytes for a short one, where an object takes seventy."""
