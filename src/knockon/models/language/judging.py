"""What a masked language model says of tokens that are taken away altogether, and what a row's own counts say of them.

While it learns, one in ten of the tokens asked for is shown as itself, and one in ten as another (see `masked`). Scored
on those, a model of codons gains a quarter of a nat of 4 by trusting what it sees half of the time, and knows nothing:
that is more than there is to be learnt of proteins or codons at these sizes. Here all tokens asked for are masked.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from knockon.arrays import Rows, Values
from knockon.models.language.corpus import Corpus
from knockon.models.language.counting import count
from knockon.models.language.masked import MaskedLanguageModel, asked_of, drawn, masks

_LOOK = 1
"""Which of the three numbers drawn for a token says how it is shown; 0 is: as the mask."""
_PRIORS = (10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
_ROWS_FOR_PRIOR = 2000


def masked_log_probabilities(
    module: MaskedLanguageModel, corpus: Corpus, seed: int, rows_at_once: int = 64
) -> NDArray[np.float64]:
    """log p of all tokens at the places that a validation asks for, in the order of `asked_of`: (asked, tokens)."""
    module.eval()
    parts = np.array_split(np.arange(len(corpus)), -(-len(corpus) // rows_at_once))
    return np.concatenate([_of_rows(module, corpus, rows, seed) for rows in parts])


def _of_rows(module: MaskedLanguageModel, corpus: Corpus, rows: Rows, seed: int) -> Values:
    tokens, numbers = torch.from_numpy(corpus.padded(rows)), torch.from_numpy(drawn(corpus, rows, seed))
    numbers[..., _LOOK] = 0
    found = masks(tokens, numbers, module.mask)
    with torch.no_grad():
        states = module.encoder.states(found.shown)[found.asked]
        scores = states @ module.encoder.embedding.weight[: module.mask].T + module.bias
        probabilities: Values = scores.double().log_softmax(dim=1).numpy()
    return probabilities


def row_log_probabilities(train: Corpus, validation: Corpus, tokens: int, seed: int) -> NDArray[np.float64]:
    """log p of all tokens at the same places, by how often the rest of the row has each, drawn to the counts of all.

    How strongly is chosen on training rows. Of coding sequences this is the codon usage of the gene itself.
    """
    unigram = count(train, tokens).unigram
    some = train.take(np.arange(min(len(train), _ROWS_FOR_PRIOR)))
    wanted = some.numbers[asked_of(some, seed)]
    costs = [
        nats_and_accuracy(_by_row(some, asked_of(some, seed), unigram, prior), wanted)["nats"] for prior in _PRIORS
    ]
    return _by_row(validation, asked_of(validation, seed), unigram, _PRIORS[int(np.argmin(costs))])


def _by_row(corpus: Corpus, asked: Rows, unigram: Values, prior: float) -> Values:
    row = np.repeat(np.arange(len(corpus)), corpus.lengths)
    rest = np.ones(len(row), dtype=np.bool_)
    rest[asked] = False
    cells = row[rest] * len(unigram) + corpus.numbers[rest]
    seen = np.bincount(cells, minlength=len(corpus) * len(unigram)).reshape(len(corpus), -1)
    chances = (seen + prior * unigram) / (seen.sum(axis=1, keepdims=True) + prior)
    found: Values = np.log(chances)[row[asked]]
    return found


def nats_and_accuracy(log_probabilities: Values, wanted: Rows) -> dict[str, float]:
    """Mean −log p of the wanted tokens, and the share that is likeliest. (asked, tokens), (asked,)."""
    of_wanted = log_probabilities[np.arange(len(wanted)), wanted]
    guessed = log_probabilities.argmax(axis=1) == wanted
    return {"nats": float(-of_wanted.mean()), "accuracy": float(guessed.mean())}
