"""A library of molecules against proteins: each molecule is embedded once and kept, a score is a product of matrices.

A run whose molecules are all known imports neither PyTorch nor RDKit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.arrays import Integers, Mask, Matrix, Rows, Values
from knockon.errors import FormatError
from knockon.hashing import Hashes
from knockon.models.binding.scoring import DualScorer
from knockon.progress import track
from knockon.represent.vector_blocks import VectorBlocks
from knockon.serving.affinity_inputs import Protein, trained_form
from knockon.sources.affinity.library import LibraryBlock, stream_library
from knockon.sources.reading import in_order, rejects_table, why_none
from knockon.sources.texts import Texts, column_texts

if TYPE_CHECKING:
    from knockon.models.binding.network_model import NetworkModel

CHUNK = 4096
"""Molecules embedded between two writes: what a killed run loses at most."""

WHOLE = "features"
"""The encoder that reads a text as a whole, however long."""

_ROWS = 8192

CUT = "longer than the model takes"
REPEATED = "the id came before"


@dataclass(frozen=True)
class Hits:
    """The strongest of a library for one protein, the best first; of equal ones the one that comes first.

    scores: in the unit of the training labels. lines: 1-based, in the library.
    """

    protein: str
    scores: Values
    lines: Integers
    ids: tuple[str, ...]
    smiles: tuple[str, ...]


@dataclass(frozen=True)
class Screened:
    """hits: by protein. molecules: that were scored; embedded: texts that the cache did not hold; cut: molecules of
    which the model read the beginning. rejects: of the library, in REJECT_SCHEMA.
    """

    hits: tuple[Hits, ...]
    molecules: int
    embedded: int
    cut: int
    rejects: pa.Table


class ScreenModel:
    """A fitted `dual` with its caches. network: gives the model itself; called when a text is new.

    Vectors of molecules are kept by the bytes of their text, in a folder named by the tower's weights.
    """

    def __init__(self, scorer: DualScorer, network: "Callable[[], NetworkModel]", cache: Path) -> None:
        self.scorer, self._network = scorer, lru_cache(network)
        self.ligands = self._cache(cache, "ligand")
        self._proteins = self._cache(cache, "protein")
        self.embedded = 0

    @property
    def longest_protein(self) -> int | None:
        """Residues that the model takes; None where it takes any number."""
        sizes = self.scorer.sizes
        return None if sizes.protein_encoder == WHOLE else sizes.longest_protein

    def proteins(self, sequences: Sequence[str]) -> Matrix:
        """Vectors of proteins, float32 (proteins, projection)."""
        digests = column_texts(pa.array(sequences, pa.large_string())).digests()
        fresh = np.flatnonzero(self._proteins.find(digests) < 0)
        if len(fresh):
            # The same sequence may stand under two names.
            _, first = np.unique(digests[fresh], return_index=True)
            rows = fresh[first]
            vectors = self._network().vectors("protein", [sequences[row] for row in rows])
            self._proteins.append(digests[rows], vectors, [""] * len(rows))
        return self._proteins.take(self._proteins.find(digests))

    def places(self, smiles: Texts, digests: Hashes) -> Rows:
        """Place of each molecule among `ligands`, after the new ones were embedded; int64 (molecules,)."""
        found = self.ligands.find(digests)
        missing = np.flatnonzero(found < 0)
        if not len(missing):
            return found
        _, first = np.unique(digests[missing], return_index=True)
        rows = missing[np.sort(first)]
        starts = range(0, len(rows), CHUNK)
        for start in track(starts, f"embedding {len(rows):,} new molecules"):
            chunk = rows[start : start + CHUNK]
            self._embed(smiles.take(chunk).list(), digests[chunk])
        return self.ligands.find(digests)

    def _embed(self, texts: Sequence[str], digests: Hashes) -> None:
        """Bring texts into the form that was trained on, embed them, and write them with what is wrong with them."""
        sizes = self.scorer.sizes
        forms, notes = _forms(texts, None if sizes.ligand_encoder == WHOLE else sizes.longest_ligand)
        vectors = np.zeros((len(texts), sizes.projection), dtype=np.float32)
        # Those of like length stand together: a batch is as wide as its longest.
        good = np.array(sorted((row for row, form in enumerate(forms) if form), key=lambda row: len(forms[row])), int)
        if len(good):
            vectors[good] = self._network().vectors("ligand", [forms[row] for row in good])
        self.ligands.append(digests, vectors, notes)
        self.embedded += len(texts)

    def _cache(self, cache: Path, side: str) -> VectorBlocks:
        described, folder = {"tower": self.scorer.tower(side), "side": side}, f"{side}-{self.scorer.tower(side)}"
        if side == "ligand":
            # Another RDKit may write a molecule in another way.
            described["rdkit"] = version("rdkit")
            folder += f"-rdkit-{described['rdkit']}"
        return VectorBlocks(cache / folder, self.scorer.sizes.projection, described)


def _forms(texts: Sequence[str], longest: int | None) -> tuple[list[str], list[str]]:
    """Each text in the form that was trained on, empty where there is none, and what is to be said of it.

    longest: so many tokens are kept of a form, which is said; None keeps all.
    """
    from knockon.models.tokens import smiles_tokens
    from knockon.sources.affinity.molecules import MoleculeError, silent

    forms, notes = [], []
    with silent():
        for text in texts:
            form, note = "", ""
            try:
                form = trained_form(text)
                if longest is not None and len(tokens := smiles_tokens(form)) > longest:
                    form, note = "".join(tokens[:longest]), CUT
            except MoleculeError as error:
                note = str(error)
            forms.append(form)
            notes.append(note)
    return forms, notes


def screen(model: ScreenModel, proteins: Sequence[Protein], library: Path, top: int) -> Screened:
    """Score a library block by block and keep the `top` strongest of each protein.

    A molecule that can't be read, and one whose id came before, is put aside. Raises FormatError where none is left.
    """
    # The first block tells what is wrong with the file before PyTorch is imported for the proteins.
    blocks = stream_library(library)
    first = next(blocks)
    vectors = model.proteins([protein.sequence for protein in proteins])
    best = [_Best(top) for _ in proteins]
    aside = _Aside(library)
    molecules = cut = 0
    for block in chain([first], blocks):
        digests = block.smiles.digests()
        places = model.places(block.smiles, digests)
        codes = model.ligands.codes(places)
        kept = aside.take(block, codes, model.ligands.notes)
        molecules += len(kept)
        if CUT in model.ligands.notes:
            cut += int((codes[kept] == model.ligands.notes.index(CUT)).sum())
        for strongest, scores in zip(best, _scores(model, places[kept], vectors), strict=True):
            strongest.add(block, kept, scores)
    rejects = aside.rejects()
    if not molecules:
        raise FormatError(f"{library}: no molecule can be used{why_none(rejects)}")
    hits = tuple(each.hits(protein.name) for each, protein in zip(best, proteins, strict=True))
    return Screened(hits, molecules, model.embedded, cut, rejects)


def _scores(model: ScreenModel, places: Rows, proteins: Matrix) -> Values:
    """Scores of molecules at places, float64 (proteins, molecules)."""
    found = np.empty((len(proteins), len(places)))
    # Few at a time, so that vectors and layers stay in memory that is at hand already.
    for start in range(0, len(places), _ROWS):
        vectors = model.ligands.take(places[start : start + _ROWS])
        for row, protein in enumerate(proteins):
            found[row, start : start + _ROWS] = model.scorer.scores(vectors, protein)
    return found


class _Aside:
    """The rows of a library that are not scored, and the ids that came before."""

    def __init__(self, library: Path) -> None:
        self._library, self._seen = library, np.zeros(0, dtype=np.uint64)
        self._tables: list[pa.Table] = []

    def take(self, block: LibraryBlock, codes: NDArray[np.int16], notes: Sequence[str]) -> Rows:
        """Rows of the block that are scored; the others are noted with their reason."""
        if block.rejects.num_rows:
            self._tables.append(block.rejects)
        bad = np.zeros(len(block), dtype=np.bool_)
        for code, note in enumerate(notes):
            if note and note != CUT:
                bad |= self._refuse(block, codes == code, note)
        named = np.flatnonzero(~bad & (block.ids.lengths > 0))
        twice = np.zeros(len(block), dtype=np.bool_)
        twice[named[self._came_before(block.ids.take(named).digests())]] = True
        bad |= self._refuse(block, twice, REPEATED, block.ids)
        return np.flatnonzero(~bad)

    def rejects(self) -> pa.Table:
        """All of them, in the order of their lines."""
        return in_order(pa.concat_tables([rejects_table(self._library, _NONE, _NO_TEXT, ""), *self._tables]))

    def _refuse(self, block: LibraryBlock, rows: Mask, reason: str, values: Texts | None = None) -> Mask:
        if rows.any():
            shown = pa.array((values or block.smiles).take(rows).list(), pa.string())
            self._tables.append(rejects_table(self._library, pa.array(block.lines[rows]), shown, reason))
        return rows

    def _came_before(self, ids: Hashes) -> Mask:
        twice = np.ones(len(ids), dtype=np.bool_)
        distinct, first = np.unique(ids, return_index=True)
        twice[first] = False
        at = np.minimum(np.searchsorted(self._seen, distinct), max(len(self._seen) - 1, 0))
        if len(self._seen):
            twice[first[self._seen[at] == distinct]] = True
        # Two sorted runs: a stable sort only merges them.
        self._seen = np.sort(np.concatenate([self._seen, distinct]), kind="stable")
        return twice


_NONE, _NO_TEXT = pa.array([], pa.int64()), pa.array([], pa.string())


class _Best:
    """The strongest rows so far."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._scores, self._lines = np.zeros(0), np.zeros(0, dtype=np.int64)
        self._ids: list[str] = []
        self._smiles: list[str] = []

    def add(self, block: LibraryBlock, rows: Rows, scores: Values) -> None:
        """Rows of a block and their scores, (rows,)."""
        chosen = np.arange(len(scores))
        if len(self._scores) == self._top:
            # Equal ones came later, and are not taken.
            chosen = np.flatnonzero(scores > self._scores[-1])
        if len(chosen) > self._top:
            least = np.partition(scores[chosen], -self._top)[-self._top]
            chosen = chosen[scores[chosen] >= least]
        all_scores = np.concatenate([self._scores, scores[chosen]])
        lines = np.concatenate([self._lines, block.lines[rows[chosen]]])
        order = np.lexsort((lines, -all_scores))[: self._top]
        fresh = chosen[order[order >= len(self._scores)] - len(self._scores)]
        told = zip(block.ids.take(rows[fresh]).list(), block.smiles.take(rows[fresh]).list(), strict=True)
        ids, smiles = [], []
        for place in order.tolist():
            known = place < len(self._scores)
            identity, text = (self._ids[place], self._smiles[place]) if known else next(told)
            ids.append(identity)
            smiles.append(text)
        self._scores, self._lines, self._ids, self._smiles = all_scores[order], lines[order], ids, smiles

    def hits(self, protein: str) -> Hits:
        """What was found."""
        # A molecule without a name is known by its line.
        ids = (name.strip() or f"line {line}" for name, line in zip(self._ids, self._lines.tolist(), strict=True))
        return Hits(protein, self._scores, self._lines, tuple(ids), tuple(self._smiles))
