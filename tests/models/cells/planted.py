"""Transcriptomes with a planted low rank, and a curve that no plane holds."""

import numpy as np

from knockon.models.cells.protocol import Transcriptomes


def planted(samples: int = 120, genes: int = 60, curved: float = 0.0, seed: int = 1) -> Transcriptomes:
    """Three hidden states move all genes; `curved` adds their squares."""
    random = np.random.default_rng(seed)
    states = random.normal(0, 1, (samples, 3))
    log = random.normal(6, 2, genes) + states @ random.normal(0, 1, (3, genes))
    log += curved * (states**2) @ random.normal(0, 1, (3, genes)) + random.normal(0, 0.1, log.shape)
    rows = np.arange(samples)
    names = tuple(f"s{row}" for row in rows)
    return Transcriptomes(log.astype(np.float32), names, rows[rows % 4 > 1], rows[rows % 4 == 1])


def unseen(data: Transcriptomes) -> np.ndarray:
    """Rows that no fit has seen."""
    return np.setdiff1d(np.arange(len(data.values)), np.concatenate([data.train, data.validation]))


def score(data: Transcriptomes, guess: np.ndarray, chosen: np.ndarray | slice = slice(None)) -> float:
    """Centred R² of the tested rows, over some genes."""
    rows = unseen(data)
    mean = data.values[data.train].mean(axis=0)
    x = data.values[rows]
    return 1 - ((x - guess)[:, chosen] ** 2).sum() / ((x - mean)[:, chosen] ** 2).sum()
