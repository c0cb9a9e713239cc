"""What the bootstrap draws: rows, groups of rows, or the units that the columns of a row name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Units:
    """What is drawn, where that is not the row (which `None` stands for).

    ids: integers or text. Shape (rows,): the group of each row; rows of one group are one draw. Shape (rows, 2): the
    two units that a row names, which are drawn by themselves. namespaces: one a column. Two columns of one namespace,
    ("gene", "gene"), name the same things: id 5 is one unit in both, and a row that names it twice counts it once. In
    ("protein", "ligand") protein 5 and ligand 5 are two units. Raises ValueError where ids and namespaces don't fit.
    """

    ids: NDArray[Any]
    namespaces: tuple[str, ...]

    def __post_init__(self) -> None:
        columns = {(): 1, (2,): 2}.get(self.ids.shape[1:])
        if columns is None or columns != len(self.namespaces):
            raise ValueError(f"units of shape {self.ids.shape} don't fit the namespaces {self.namespaces}")

    @classmethod
    def groups(cls, namespace: str, *columns: NDArray[Any]) -> "Units":
        """Rows that are equal in every column, each of shape (rows,), are one draw."""
        ids = np.zeros(len(columns[0]), dtype=np.int64)
        for column in columns:
            values, places = np.unique(column, return_inverse=True)
            # Numbered anew after each column, so that no product of sizes can overflow.
            ids = np.unique(ids * len(values) + places, return_inverse=True)[1]
        return cls(ids, (namespace,))

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[Any]) -> "Units":
        """The units of some rows, by mask or by number."""
        return Units(self.ids[rows], self.namespaces)


UnitsOf = Callable[[pa.Table], Units | None]
"""What is drawn from the rows of a predictions table."""


def each_row(rows: pa.Table) -> None:
    """Every row is a draw of its own."""
