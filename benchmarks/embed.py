"""Genes embedded in a second: batches by length, beside one sequence at a time and batches in the order given.

    python benchmarks/embed.py [--sequences 200] [--width 128] [--layers 2] [--longest 256] [--tokens 1024]
    python benchmarks/embed.py --unirep data/raw/gfp/unirep64/model_weights.pkl [--sequences 200] [--tokens 32768]

All ways run in this one process on the same made-up proteins, of the lengths of yeast's (median 354 residues), with the
same weights, and must give equal vectors. With --unirep the model is UniRep-64 with its published weights, else a
transformer with random ones. Seconds are of the processor where one thread computes, so that what else the
machine does counts for none of them; with more threads they are of the clock.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from knockon.models.language.learning import Language, save_language
from knockon.models.language.masked import LanguageSizes, MaskedLanguageModel
from knockon.models.language.vectors import LanguageEncoder
from knockon.models.tokens import RESIDUES, Vocabulary
from knockon.represent.unirep import UniRepEncoder
from knockon.represent.unirep_by_length import UniRepByLength

Ways = dict[str, Callable[[], NDArray[np.float32]]]


def proteins(count: int) -> list[str]:
    """Random proteins whose lengths spread as yeast's do."""
    random = np.random.default_rng(1)
    lengths = np.clip(np.exp(random.normal(np.log(354), 0.73, count)), 25, 4910).astype(int)
    return ["".join(random.choice(list(RESIDUES), length)) for length in lengths]


def encoder(folder: Path, sizes: LanguageSizes, tokens_at_once: int) -> LanguageEncoder:
    """A language model with random weights, kept and read as a trained one is."""
    torch.manual_seed(1)
    vocabulary = Vocabulary.of_proteins()
    module = MaskedLanguageModel(len(vocabulary), sizes)
    save_language(folder, Language(module, vocabulary, sizes), "protein")
    return LanguageEncoder(folder, "protein", tokens_at_once)


def in_order(model: LanguageEncoder, sequences: list[str], rows: int) -> NDArray[np.float32]:
    """The usual way: so many whole sequences at once, padded to the longest of them."""
    found = []
    for start in range(0, len(sequences), rows):
        numbers = [model._language.vocabulary.numbers(list(each)) for each in sequences[start : start + rows]]
        longest = max(map(len, numbers))
        tokens = torch.from_numpy(np.array([np.pad(each, (0, longest - len(each))) for each in numbers]))
        with torch.no_grad():
            found.append(model._language.module.encoder(tokens).numpy())
    return np.concatenate(found)


def seconds(function: Callable[[], NDArray[np.float32]], threads: int) -> tuple[float, NDArray[np.float32]]:
    """What one call takes, and gives."""
    clock = time.process_time if threads == 1 else time.perf_counter
    start = clock()
    found = function()
    return clock() - start, found


def of_unirep(path: Path, texts: list[str], tokens_at_once: int) -> Ways:
    """UniRep-64, whole proteins."""
    model, plain = UniRepByLength(path, tokens_at_once), UniRepEncoder(path)
    model.encode(texts[:2])
    return {
        "one at a time": lambda: np.concatenate([model.encode([text]) for text in texts]),
        "batches by length": lambda: model.encode(texts),
        "the plain layers, one at a time": lambda: np.concatenate([plain.encode([text]) for text in texts]),
    }


def of_transformer(folder: Path, texts: list[str], sizes: LanguageSizes, tokens_at_once: int) -> Ways:
    """A masked language model of some size, in windows."""
    model = encoder(folder, sizes, tokens_at_once)
    model.encode(texts[:2])
    return {
        "one at a time": lambda: np.concatenate([model.encode([text]) for text in texts]),
        "batches by length": lambda: model.encode(texts),
        "whole, 16 in order": lambda: in_order(model, texts, 16),
    }


def main() -> None:
    """Print one line a way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = {"sequences": 200, "width": 128, "layers": 2, "longest": 256, "tokens": 0, "threads": 1}
    for name, value in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--unirep", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    sizes = LanguageSizes(arguments.width, arguments.layers, 0.1, arguments.longest)
    texts = proteins(arguments.sequences)
    model = "UniRep-64" if arguments.unirep else repr(sizes)
    print(f"{len(texts)} proteins, {sum(map(len, texts)):,} residues; {model}; {arguments.threads} threads")
    with tempfile.TemporaryDirectory() as folder:
        if arguments.unirep:
            ways = of_unirep(arguments.unirep, texts, arguments.tokens or 32768)
        else:
            ways = of_transformer(Path(folder), texts, sizes, arguments.tokens or 1024)
        taken = {name: seconds(way, arguments.threads) for name, way in ways.items()}
    first, wanted = taken["one at a time"]
    for name, (took, found) in taken.items():
        # Whole sequences are not read in windows: other vectors, so that only the time compares.
        difference = "-" if name.startswith("whole") else f"{np.abs(found - wanted).max():.1e}"
        print(f"{name:32} {len(texts) / took:7.1f} genes/s {first / took:5.1f}×   largest difference {difference}")


if __name__ == "__main__":
    main()
