"""Hyper-parameters of the networks of pairs."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class DualSizes:
    """Of `dual`; see `dual`, `encoders` and `losses.contrastive` for what the names mean.

    ligand_encoder, protein_encoder: convolution or transformer over tokens; features, a perceptron on fingerprints and
    on composition; or vectors, the same on fixed ones that the model is given. width: of the encoders; projection: of
    the common space. likelihood: mse or censored. threshold: strength of a binder. tile: pairs of one protein that stay
    together in a batch, whose size counts tiles.
    """

    ligand_encoder: str = "convolution"
    protein_encoder: str = "convolution"
    width: int = 64
    layers: int = 2
    projection: int = 64
    head: str = "regression"
    dropout: float = 0.1
    loss: str = "regression"
    likelihood: str = "mse"
    positives: str = "known"
    temperature: float = 0.07
    weight: float = 0.1
    threshold: float = 7.0
    tile: int = 8
    longest_ligand: int = 128
    longest_protein: int = 1024
    distinct: bool = True

    name: ClassVar[str] = "dual"


@dataclass(frozen=True)
class ConvolutionSizes:
    """Of `convolution`, DeepDTA's form: three layers of 1, 2 and 3 times `filters` for each side, then a perceptron."""

    filters: int = 32
    embedding: int = 128
    ligand_kernel: int = 5
    protein_kernel: int = 9
    hidden: tuple[int, ...] = (1024, 1024, 512)
    dropout: float = 0.1
    likelihood: str = "mse"
    tile: int = 1
    longest_ligand: int = 100
    longest_protein: int = 1000
    distinct: bool = False

    name: ClassVar[str] = "convolution"
