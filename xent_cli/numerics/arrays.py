"""Arrays: the types of arrays that everything computes with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


Labels = NDArray[np.intp]
