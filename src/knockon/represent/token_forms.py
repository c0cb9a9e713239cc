"""How published language models read a sequence: its pieces, what stands before and behind it, what else it may hold.

The pieces are cut here, and their numbers looked up in the model's own vocabulary: what a published tokenizer does with
a letter that it does not know (one token for a run of them, or none) would leave a sequence with too few tokens.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from knockon.arrays import Rows
from knockon.dataset.variants import RESIDUES
from knockon.errors import KnockonError
from knockon.represent.protein_tokens import ESM_TOKENS


@dataclass(frozen=True)
class TokenForm:
    """A family of models.

    reads: protein, coding (DNA in whole codons), dna or smiles. model: its class in `transformers`. pieces: of a
    sequence, in upper case but for SMILES. known: pieces that its vocabulary must have. unknown: the piece that stands
    for any other. first, last: before and behind a sequence. longest: pieces that it reads at once. published: its
    vocabulary, where no file beside the weights says it in a form that can be read. padding: behind the shorter ones.
    """

    reads: str
    model: str
    pieces: Callable[[str], list[str]]
    known: tuple[str, ...]
    unknown: str
    first: str | None
    last: str | None
    longest: int
    published: tuple[str, ...] = ()
    padding: str = "<pad>"


class Numbers:
    """Numbers of pieces in a model's vocabulary. Raises KnockonError where the vocabulary is not of the form."""

    def __init__(self, form: TokenForm, vocabulary: Mapping[str, int], model: str) -> None:
        needed = [*form.known, form.unknown, form.padding, *(end for end in (form.first, form.last) if end)]
        if absent := [piece for piece in needed if piece not in vocabulary]:
            raise KnockonError(
                f"{model}: its vocabulary of {len(vocabulary)} tokens has no {absent[0]!r} ({len(absent)} of "
                f"{len(needed)} are absent); it is a model of another kind"
            )
        self._form, self._vocabulary = form, vocabulary
        self.first = [] if form.first is None else [vocabulary[form.first]]
        self.last = [] if form.last is None else [vocabulary[form.last]]
        self.padding = vocabulary[form.padding]
        self.largest = max(vocabulary[piece] for piece in needed)

    def of(self, sequence: str) -> Rows:
        """Numbers of a sequence's pieces, int64 (pieces,), nothing before or behind them."""
        unknown = self._vocabulary[self._form.unknown]
        pieces = self._form.pieces(sequence if self._form.reads == "smiles" else sequence.upper())
        return np.array([self._vocabulary.get(piece, unknown) for piece in pieces], dtype=np.int64)


def _t5_letters(sequence: str) -> list[str]:
    # T5 puts ▁ where a word begins, and each residue is a word. U, Z, O and B were X when ProtT5 was trained.
    return [f"▁{letter}" for letter in re.sub("[UZOB]", "X", sequence)]


def rna_codons(sequence: str) -> list[str]:
    """Codons in the letters of RNA; an incomplete last one is left out."""
    bases = sequence.replace("T", "U")
    return [bases[start : start + 3] for start in range(0, len(bases) - len(bases) % 3, 3)]


def six_mers(sequence: str) -> list[str]:
    """6-mers from the left; a base before which no whole 6-mer of known bases begins stands alone."""
    return re.findall("[ACGT]{6}|.", sequence)


_CALM = ("<cls>", "<pad>", "<eos>", "<unk>", *("".join(codon) for codon in product("AUCG", repeat=3)), "<mask>")
_PROT_T5 = (
    *("<pad>", "</s>", "<unk>"),
    *(f"▁{letter}" for letter in "ALGVSREDTIPKFQNYMHWCXBOUZ"),
    *(f"<extra_id_{number}>" for number in reversed(range(100))),
)

FORMS = {
    # Lin et al. 2023, Science 379:1123. B, U, Z and O have tokens of their own; trained on 1,022 residues.
    "esm2": TokenForm("protein", "EsmModel", list, tuple(RESIDUES), "X", "<cls>", "<eos>", 1022, ESM_TOKENS),
    # Elnaggar et al. 2022, IEEE TPAMI 44:7112.
    "prot_t5": TokenForm(
        "protein",
        "T5EncoderModel",
        _t5_letters,
        tuple(f"▁{letter}" for letter in RESIDUES),
        "▁X",
        None,
        "</s>",
        1022,
        _PROT_T5,
    ),
    # Outeiral & Deane 2024, Nature Machine Intelligence 6:170: the architecture of ESM-2, its tokens codons.
    "calm": TokenForm(
        "coding",
        "EsmModel",
        rna_codons,
        tuple("".join(codon) for codon in product("ACGU", repeat=3)),
        "<unk>",
        "<cls>",
        "<eos>",
        1022,
        _CALM,
    ),
    # Dalla-Torre et al. 2024, Nature Methods 22:287, the first version: 1,000 tokens with the one before them.
    "nt": TokenForm(
        "dna",
        "EsmModel",
        six_mers,
        tuple("".join(bases) for bases in product("ACGT", repeat=6)) + tuple("ACGT"),
        "N",
        "<cls>",
        None,
        999,
    ),
}
"""Family → its form."""
