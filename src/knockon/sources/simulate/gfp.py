"""A planted landscape of protein variants, in the files and formats of the avGFP study (Sarkisyan et al. 2016).

Brightness is a global epistasis: every mutation shifts a latent stability, the shifts of a variant add up, and a
sigmoid turns the sum into log fluorescence, so that a protein bears a few harmful mutations and then goes dark.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.atomic import atomic_directory, write_parquet, write_text
from knockon.errors import KnockonError
from knockon.sources.simulate.text import Decimals, Text, as_text, join_rows

GENOTYPES = "amino_acid_genotypes_to_brightness.tsv"
REFERENCE = "avGFP_reference_sequence.fa"

HEADER = "aaMutations\tuniqueBarcodes\tmedianBrightness\tstd\n"
# One codon a residue.
_CODONS = {
    "A": "GCC", "C": "TGC", "D": "GAC", "E": "GAG", "F": "TTC", "G": "GGC", "H": "CAC", "I": "ATC", "K": "AAG",
    "L": "CTG", "M": "ATG", "N": "AAC", "P": "CCC", "Q": "CAG", "R": "CGC", "S": "AGC", "T": "ACC", "V": "GTG",
    "W": "TGG", "Y": "TAC",
}  # fmt: skip
# Mutants of a residue: about as many as one exchanged base gives.
_MUTANTS = 8
# Shares of variants with 1 … 11 mutations in the published file.
_SHARES = np.array([2.06, 24.1, 23.5, 18.1, 13.4, 8.59, 5.15, 2.82, 1.32, 0.65, 0.31])
_DARK, _BRIGHT, _START = 1.35, 3.75, 3.4


@dataclass(frozen=True)
class GfpSimulation:
    """Sizes and noise. residues: length of the protein; variants: genotypes beside the wild type.

    noise: standard deviation of one barcode's measurement, log10 fluorescence.
    """

    variants: int = 4000
    residues: int = 237
    noise: float = 0.12
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse sizes that give no landscape. Raises KnockonError."""
        if not 20 <= self.residues <= 1000 or not 100 <= self.variants <= 500_000:
            raise KnockonError("simulated gfp: residues must lie in 20 … 1,000 and variants in 100 … 500,000")
        if self.noise < 0 or self.seed < 0:
            raise KnockonError("simulated gfp: noise and seed must not be negative")


@dataclass(frozen=True)
class _Mutations:
    """All mutations that occur: position, letters, and the shift of the latent that each was given."""

    position: NDArray[np.int64]
    words: Text
    effect: NDArray[np.float64]


def simulate_gfp(folder: Path, settings: GfpSimulation) -> None:
    """Write genotypes, reference and `truth/` (effects, noiseless brightness) into `folder`, replaced as a whole."""
    random = np.random.default_rng([settings.seed, 7])
    letters = np.array(sorted(_CODONS))
    protein = random.choice(letters, settings.residues)
    mutations = _plant(random, letters, protein)
    places, counts = _draw_genotypes(random, settings)
    carried = mutations.effect[places] * (np.arange(places.shape[1]) < counts[:, None])
    truth = _DARK + (_BRIGHT - _DARK) / (1 + np.exp(-(_START + carried.sum(axis=1))))
    barcodes = np.concatenate([[1000], 1 + random.poisson(0.05, settings.variants)])
    brightness = truth + random.normal(0, settings.noise, len(truth)) / np.sqrt(barcodes)
    with atomic_directory(folder) as target:
        codons = "".join(_CODONS[residue] for residue in protein)
        write_text(target / REFERENCE, f">simulated_reference_sequence\n{codons}TGA\n")
        rows = _rows(mutations, places, counts, barcodes, np.clip(brightness, 1.301, 4.5), settings.noise)
        write_text(target / GENOTYPES, HEADER + rows)
        (target / "truth").mkdir()
        effects = {"mutation": mutations.words.astype(str), "effect": mutations.effect}
        write_parquet(target / "truth" / "effects.parquet", pa.table(effects))
        write_parquet(target / "truth" / "brightness.parquet", pa.table({"brightness": truth}))


def _plant(random: np.random.Generator, letters: NDArray[np.str_], protein: NDArray[np.str_]) -> _Mutations:
    """Shifts of the latent: a position's sensitivity times a draw of the mutation's own."""
    order = random.random((len(protein), len(letters)))
    order[letters == protein[:, None]] = 2.0
    chosen = np.sort(np.argsort(order, axis=1)[:, :_MUTANTS], axis=1)
    position = np.repeat(np.arange(len(protein)), _MUTANTS)
    sensitivity = random.gamma(0.6, 1.4, len(protein))
    effect = -sensitivity[position] * random.gamma(2.0, 0.5, len(position)) + random.normal(0, 0.1, len(position))
    mutants = letters[chosen.ravel()]
    words = [f"S{protein[place]}{place}{mutant}" for place, mutant in zip(position, mutants, strict=True)]
    return _Mutations(position, as_text(words), effect)


def _draw_genotypes(
    random: np.random.Generator, settings: GfpSimulation
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of mutations by variant, the first row the wild type; each genotype once, positions ascending."""
    most = len(_SHARES)
    drawn = 2 * settings.variants
    counts = 1 + random.choice(most, drawn, p=_SHARES / _SHARES.sum())
    positions = np.argsort(random.random((drawn, settings.residues)), axis=1)[:, :most]
    places = positions * _MUTANTS + random.integers(_MUTANTS, size=positions.shape)
    places[np.arange(most) >= counts[:, None]] = settings.residues * _MUTANTS
    places.sort(axis=1)
    _, first = np.unique(places, axis=0, return_index=True)
    kept = np.sort(first)[: settings.variants]
    places = np.vstack([np.zeros((1, most), dtype=np.int64), places[kept]])
    counts = np.concatenate([[0], counts[kept]])
    return np.where(np.arange(most) < counts[:, None], places, 0), counts


def _rows(
    mutations: _Mutations,
    places: NDArray[np.int64],
    counts: NDArray[np.int64],
    barcodes: NDArray[np.int64],
    brightness: NDArray[np.float64],
    noise: float,
) -> str:
    """The file's rows; a standard deviation only where there is more than one barcode, as in the published file."""
    absent = as_text([""])
    columns = []
    for slot in range(places.shape[1]):
        separated = np.char.add(b"" if slot == 0 else b":", mutations.words[places[:, slot]])
        columns.append(np.where(slot < counts, separated, absent))
    genotype = columns[0]
    for column in columns[1:]:
        genotype = np.char.add(genotype, column)
    deviation = np.where(barcodes > 1, as_text([f"{noise:.6f}"]), absent)
    numbers = Decimals(0.0, 5.0, 4).text(brightness)
    return join_rows([genotype, as_text(barcodes.astype(str)), numbers, deviation]).decode()
