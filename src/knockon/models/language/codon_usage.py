"""What a language model of codons knows of the choice among the codons of one residue, beside codon usage.

Most of what a codon says is its residue. What is left is the choice among synonymous codons: by counting, how often the
genome uses each of them for that residue; by the model, its probabilities among those alone. Both are told the residue.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from knockon.arrays import Rows, Values
from knockon.models.language.corpus import Corpus
from knockon.models.language.counting import count
from knockon.models.language.learning import Language
from knockon.models.language.masked import MaskedLanguageModel, asked_of, drawn, masks
from knockon.models.tokens import Vocabulary
from knockon.represent.gene_vectors import CODONS
from knockon.represent.genetic_code import residue_of


def synonyms(vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Which tokens stand for the residue of each, by the standard code, (tokens, tokens); a special one for itself."""
    residues = [f"token {number}" for number in range(len(vocabulary))]
    for codon, number in zip(CODONS, vocabulary.numbers(CODONS), strict=True):
        residues[number] = residue_of(codon)
    names = np.array(residues)
    return names[:, None] == names[None, :]


def given_residue(
    language: Language, train: Corpus, validation: Corpus, seed: int, rows_at_once: int = 256
) -> dict[str, dict[str, float]]:
    """nats and accuracy of `masked_given_residue` and `codon_usage`, on the tokens that the validation asks for."""
    same = synonyms(language.vocabulary)
    wanted = validation.numbers[asked_of(validation, seed)]
    usage = np.broadcast_to(np.log(count(train, len(same)).unigram), (len(wanted), len(same)))
    parts = np.array_split(np.arange(len(validation)), -(-len(validation) // rows_at_once))
    language.module.eval()
    model = np.concatenate([_log_probabilities(language.module, validation, part, seed) for part in parts])
    return {"masked_given_residue": _score(model, wanted, same), "codon_usage": _score(usage, wanted, same)}


def _log_probabilities(module: MaskedLanguageModel, corpus: Corpus, rows: Rows, seed: int) -> Values:
    """Of every token asked for in some rows: log p of all tokens, (asked, tokens)."""
    tokens = torch.from_numpy(corpus.padded(rows))
    found = masks(tokens, torch.from_numpy(drawn(corpus, rows, seed)), module.mask)
    with torch.no_grad():
        states = module.encoder.states(found.shown)[found.asked]
        scores = states @ module.encoder.embedding.weight[: module.mask].T + module.bias
        probabilities: Values = scores.double().log_softmax(dim=1).numpy()
    return probabilities


def _score(probabilities: Values, wanted: Rows, same: NDArray[np.bool_]) -> dict[str, float]:
    """Scores of log p among the synonyms of each wanted token alone."""
    among = np.where(same[wanted], probabilities, -np.inf)
    highest = among.max(axis=1, keepdims=True)
    totals = np.log(np.exp(among - highest).sum(axis=1)) + highest[:, 0]
    of_wanted = among[np.arange(len(wanted)), wanted]
    return {"nats": float((totals - of_wanted).mean()), "accuracy": float((among.argmax(axis=1) == wanted).mean())}
