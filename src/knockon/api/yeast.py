"""The yeast study from Python: records, splits, labelled strains for torch, the trained model."""

from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.dataset.splits import SPLIT_SCHEMA
from knockon.dataset.store import RecordStore
from knockon.errors import KnockonError
from knockon.serving.levels import quantile_of
from knockon.stages.params_file import PARAMS_FILE, checked_file
from knockon.stages.yeast import paths

if TYPE_CHECKING:
    from knockon.api.graphs import StrainGraphs
    from knockon.api.vectors import Vectors
    from knockon.models.strains.labelled import LabelledStrains
    from knockon.represent.representation import Representation
    from knockon.serving.gene_book import GeneBook
    from knockon.serving.yeast import Served

ANSWERS = pa.schema(
    [
        pa.field("genes", pa.list_(pa.string()), metadata={"unit": "systematic names"}),
        pa.field("predicted", pa.float64(), metadata={"unit": "the label's unit"}),
        pa.field("low", pa.float64(), metadata={"unit": "the label's unit"}),
        pa.field("high", pa.float64(), metadata={"unit": "the label's unit"}),
    ]
)


@dataclass(frozen=True)
class YeastModel:
    """The model that `dvc repro yeast_train` trained last."""

    served: "Served"
    book: "GeneBook"

    @property
    def label(self) -> str:
        """What it predicts: fitness, interaction (ε, τ) or s_score."""
        return self.served.experiment.label

    def predict(self, strains: Sequence[Sequence[str]], level: float = 0.9) -> pa.Table:
        """The label of each strain and the interval of a new measurement of it: ANSWERS, in the order of `strains`.

        strains: genes by systematic or common name. Raises KnockonError for an unknown or repeated gene, one that the
        model has no vector of, and a level without interval.
        """
        quantile = quantile_of(self.served.errors.quantiles, level)
        genes = [self.book.strain(names, self.served.genes) for names in strains]
        predicted, deviations = self.served.predict(genes)
        width = quantile * deviations
        return pa.Table.from_arrays([pa.array(genes), predicted, predicted - width, predicted + width], schema=ANSWERS)


@dataclass(frozen=True)
class YeastStudy:
    """The study in the clone or demo at `root`; what it reads, `dvc repro` or `dvc pull` made there."""

    root: Path

    @cached_property
    def records(self) -> RecordStore:
        """All records: `len`, one by number or key, many by `take` (Arrow), all by `batches`."""
        return RecordStore(self.root / paths.STORE)

    def split(self, name: str = "pair", seed: int | None = None) -> pa.Table:
        """The side (train, validation, test) of every record, in their order: SPLIT_SCHEMA.

        name: pair or gene. seed: of a split of your own with the shares of params.yaml; None for the stored one.
        """
        from knockon.stages.yeast.split import NAMES, split_of

        if seed is None and name in NAMES:
            return pq.read_table(self.root / paths.SPLITS / f"{name}.parquet", schema=SPLIT_SCHEMA)
        store = self.records
        return split_of(store, store.genotypes(), name, self._params["splits"], 0 if seed is None else seed)[0]

    def strains(
        self, label: str = "interaction", split: str = "pair", seed: int | None = None, size: int | None = None,
        representation: str = "one_hot",
    ) -> "LabelledStrains":  # fmt: skip
        """The labelled strains that params.yaml chooses, with their sides: arrays, `part("train")`, `rows("test")`.

        size: training and validation strains together, all where None. representation: strains with a gene that it
        has no vector of are left out.
        """
        from knockon.models.strains.labelled import Label, labelled_strains

        dataset = self._params["dataset"]
        if label not in dataset["labels"]:
            raise KnockonError(f"label is {label!r}; params.yaml has {', '.join(dataset['labels'])}")
        chosen = Label(label, tuple(dataset["labels"][label]), dataset["temperature"])
        genes = self._representation(representation).names
        order = self._params["splits"]["seed"] if seed is None else seed
        return labelled_strains(self.records, self.split(split, seed), genes, chosen, size, order)

    def vectors(
        self, side: str, label: str = "interaction", split: str = "pair", seed: int | None = None,
        size: int | None = None, representation: str = "one_hot", aggregation: str = "pert_sum",
    ) -> "Vectors":  # fmt: skip
        """One side of a split as a torch Dataset of (vector, label, weight), float32."""
        from knockon.api.vectors import StrainVectors

        part = self.strains(label, split, seed, size, representation).part(side)
        return StrainVectors(part, self._representation(representation), aggregation)

    def graphs(
        self, side: str, network: str = "physical", label: str = "interaction", split: str = "pair",
        seed: int | None = None, size: int | None = None,
    ) -> "StrainGraphs":  # fmt: skip
        """One side of a split as a torch-geometric Dataset: the genes' network, with each strain's genes marked.

        network: of the genes, such as physical or regulation.
        """
        from knockon.api.graphs import StrainGraphs
        from knockon.stages.yeast.side import side_information

        part = self.strains(label, split, seed, size).part(side)
        with chdir(self.root):
            known = side_information(part.genotypes.genes)
        square = {name: links for name, links in known.items() if links.shape[0] == links.shape[1]}
        if network not in square:
            raise KnockonError(f"network is {network!r}; there are {', '.join(square)}")
        return StrainGraphs(part, square[network])

    def model(self) -> YeastModel:
        """The trained model. Raises KnockonError where there is none."""
        from knockon.serving.gene_book import read_gene_book
        from knockon.serving.yeast import load_served
        from knockon.stages.yeast.side import KNOWLEDGE

        book = read_gene_book(self.root / paths.TABLES / "genes.parquet")
        # The stages' readers stand in the clone's root; what they give is whole before we step back.
        with chdir(self.root):
            return YeastModel(load_served(paths.MODEL, KNOWLEDGE), book)

    def _representation(self, name: str) -> "Representation":
        """Vectors of all genes; one that has none gets the others' mean. Raises KnockonError where it was skipped."""
        from knockon.represent.missing_rows import completed
        from knockon.represent.skipped import skipped_reason
        from knockon.represent.storage import read_representation

        path = self.root / paths.EMBEDDINGS / f"{name}.parquet"
        if path.exists() and (reason := skipped_reason(path)) is not None:
            raise KnockonError(f"representation {name} was not built: {reason}")
        return completed(read_representation(path))[0]

    @cached_property
    def _params(self) -> dict[str, Any]:
        section: dict[str, Any] = checked_file(self.root / PARAMS_FILE)["yeast"]
        return section
