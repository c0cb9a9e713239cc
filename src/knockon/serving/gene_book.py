"""How genes are named: systematic and standard names, checked without the libraries that a model needs."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa

from knockon.errors import FormatError, KnockonError, nearest


class GeneBook:
    """Genes by their names: systematic or standard, in any case."""

    def __init__(self, table: pa.Table) -> None:
        systematic, standard = table["id"].to_pylist(), table["standard_name"].to_pylist()
        self.standard = {gene: name or gene for gene, name in zip(systematic, standard, strict=True)}
        # Systematic names beat standard ones.
        pairs = [(name, gene) for gene, name in zip(systematic, standard, strict=True) if name]
        self._genes = {name.upper(): gene for name, gene in [*pairs, *((gene, gene) for gene in systematic)]}

    def resolve(self, name: str) -> str:
        """The systematic name. Raises KnockonError with the nearest names for an unknown one."""
        found = self._genes.get(name.strip().upper())
        if found is None:
            raise KnockonError(f"gene {name!r} is unknown{nearest(name.strip(), self._genes)}")
        return found

    def strain(self, names: Sequence[str], known: Collection[str]) -> list[str]:
        """Systematic names of a strain's genes. Raises KnockonError for one unknown, named twice, or not among `known`.

        known: the genes that a model has vectors of.
        """
        genes = self.distinct(names)
        for name, gene in zip(names, genes, strict=True):
            if gene not in known:
                raise KnockonError(f"{name!r}: the model has no vector for {gene}; choose another representation")
        return genes

    def distinct(self, names: Sequence[str]) -> list[str]:
        """Systematic names of a strain's genes. Raises KnockonError for one that is unknown or named twice."""
        genes = [self.resolve(name) for name in names]
        for number, gene in enumerate(genes):
            if gene in genes[:number]:
                raise KnockonError(f"{names[number]!r}: {gene} is knocked out twice")
        return genes


def read_gene_book(path: Path) -> GeneBook:
    """The names in the table of genes. Raises KnockonError where there is none, FormatError where it is damaged."""
    import pyarrow.parquet as pq

    try:
        # A path would be read through pyarrow.dataset, which takes as long to import as the rest.
        with path.open("rb") as source:
            return GeneBook(pq.ParquetFile(source).read(["id", "standard_name"]))
    except FileNotFoundError as error:
        raise KnockonError(f"{path}: there is no table of genes; run `dvc repro yeast_train` or `dvc pull`") from error
    except (pa.ArrowException, OSError, KeyError) as error:
        raise FormatError(f"{path}: is damaged ({error}); run `dvc checkout`, or make it again") from error
