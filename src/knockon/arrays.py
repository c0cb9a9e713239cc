"""The kinds of arrays that stand in many signatures, by what they hold; shapes stand where they are used."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""Measurements, predictions, scores."""

Integers = NDArray[np.int64]
"""Whole numbers: counts, or numbers of genes, modules, components."""

Rows = NDArray[np.int64]
"""Numbers of rows: which rows of a table are meant."""

Mask = NDArray[np.bool_]
"""Yes or no by row."""

Matrix = NDArray[np.float32]
"""Rows × features, as models read them."""
