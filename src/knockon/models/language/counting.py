"""What counting alone says of a token: how frequent it is, and what follows the token before it."""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Rows, Values
from knockon.models.language.corpus import Corpus

_PRIOR = 1.0


@dataclass(frozen=True)
class Counted:
    """Probabilities of tokens. unigram: (tokens,); bigram: (tokens + 1, tokens), by the one before; last: by none."""

    unigram: Values
    bigram: Values

    def scores(self, corpus: Corpus, places: Rows) -> dict[str, dict[str, float]]:
        """nats and accuracy of both on some tokens of a corpus; places: in `corpus.numbers`, (asked,).

        The bigram is told the token before, which the language model may find masked: it has the easier task.
        """
        wanted, before = corpus.numbers[places], previous(corpus, len(self.unigram))[places]
        alone = np.broadcast_to(self.unigram, (len(places), len(self.unigram)))
        return {"unigram": _score(alone, wanted), "bigram": _score(self.bigram[before], wanted)}


def count(corpus: Corpus, tokens: int) -> Counted:
    """Count a corpus. Every token counts once more than it was seen; a bigram is drawn towards the unigram."""
    seen = np.bincount(corpus.numbers, minlength=tokens) + _PRIOR
    unigram = seen / seen.sum()
    pairs = np.bincount(previous(corpus, tokens) * tokens + corpus.numbers, minlength=(tokens + 1) * tokens)
    pairs = pairs.reshape(tokens + 1, tokens) + _PRIOR * unigram
    return Counted(unigram, pairs / pairs.sum(axis=1, keepdims=True))


def previous(corpus: Corpus, start: int) -> Rows:
    """The token before each token, int64 (tokens of the corpus,); `start` at the beginning of a row."""
    found = np.concatenate([[start], corpus.numbers[:-1]]) if len(corpus.numbers) else corpus.numbers
    found[corpus.starts[:-1]] = start
    return found


def _score(probabilities: Values, wanted: Rows) -> dict[str, float]:
    of_wanted = probabilities[np.arange(len(wanted)), wanted]
    guessed = probabilities.argmax(axis=1) == wanted
    return {"nats": float(-np.log(of_wanted).mean()), "accuracy": float(guessed.mean())}
