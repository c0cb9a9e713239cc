"""Gene rules as booleans: which reactions a deletion shuts. `and` joins the subunits of a complex, `or` isoenzymes."""

import re
from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Integers
from knockon.errors import FormatError
from knockon.sources.design.metabolic_network import MetabolicNetwork

Rule = int | tuple[str, tuple["Rule", ...]] | None
"""A gene's number, or ("and" | "or", parts); None where a reaction needs no gene."""

_TOKEN = re.compile(r"\(|\)|[^\s()]+")


def parse_rule(text: str, genes: dict[str, int]) -> Rule:
    """Read a rule; `and` binds closer than `or`, in any case. Raises FormatError for broken ones and unknown genes."""
    tokens = _TOKEN.findall(text)
    if not tokens:
        return None
    parser = _Parser(text, tokens, genes)
    rule = parser.joined("or")
    if parser.place < len(tokens):
        raise FormatError(f"gene rule {text!r}: {tokens[parser.place]!r} is out of place")
    return rule


class _Parser:
    def __init__(self, text: str, tokens: list[str], genes: dict[str, int]) -> None:
        self.text, self.tokens, self.genes, self.place = text, tokens, genes, 0

    def joined(self, word: str) -> Rule:
        parts = [self._part(word)]
        while self.place < len(self.tokens) and self.tokens[self.place].lower() == word:
            self.place += 1
            parts.append(self._part(word))
        return parts[0] if len(parts) == 1 else (word, tuple(parts))

    def _part(self, word: str) -> Rule:
        return self.joined("and") if word == "or" else self._atom()

    def _atom(self) -> Rule:
        token = self.tokens[self.place] if self.place < len(self.tokens) else "its end"
        self.place += 1
        if token == "(":
            rule = self.joined("or")
            if self.place >= len(self.tokens) or self.tokens[self.place] != ")":
                raise FormatError(f"gene rule {self.text!r}: a bracket is not closed")
            self.place += 1
            return rule
        if token not in self.genes:
            raise FormatError(f"gene rule {self.text!r}: {token} is no gene that the model lists")
        return self.genes[token]


def works(rule: Rule, deleted: frozenset[int]) -> bool:
    """Whether a reaction can run without some genes."""
    if rule is None:
        return True
    if isinstance(rule, int):
        return rule not in deleted
    parts = (works(part, deleted) for part in rule[1])
    return all(parts) if rule[0] == "and" else any(parts)


def _genes_of(rule: Rule) -> set[int]:
    if rule is None:
        return set()
    if isinstance(rule, int):
        return {rule}
    return set().union(*(_genes_of(part) for part in rule[1]))


class GeneRules:
    """The rules of a network, by gene."""

    def __init__(self, network: MetabolicNetwork) -> None:
        numbers = {name: number for number, name in enumerate(network.genes)}
        # A few hundred rules stand at several reactions each.
        parsed = {text: parse_rule(text, numbers) for text in dict.fromkeys(network.rules)}
        self.rules = [parsed[text] for text in network.rules]
        self.reactions: list[list[int]] = [[] for _ in network.genes]
        for reaction, rule in enumerate(self.rules):
            for gene in sorted(_genes_of(rule)):
                self.reactions[gene].append(reaction)

    def shut(self, genes: Iterable[int]) -> Integers:
        """The reactions that stop where all of these genes are deleted, sorted."""
        deleted = frozenset(genes)
        touched = sorted({reaction for gene in deleted for reaction in self.reactions[gene]})
        return np.array([each for each in touched if not works(self.rules[each], deleted)], dtype=np.int64)

    def closures(self) -> sp.csr_matrix:
        """Which reactions each single deletion shuts: bool (genes, reactions)."""
        shut = [self.shut([gene]) for gene in range(len(self.reactions))]
        indptr = np.cumsum([0, *(len(each) for each in shut)])
        indices = np.concatenate([np.empty(0, dtype=np.int64), *shut])
        shape = (len(self.reactions), len(self.rules))
        return sp.csr_matrix((np.ones(len(indices), dtype=bool), indices, indptr), shape=shape)

    def touches(self) -> sp.csr_matrix:
        """Which reactions name each gene in their rule: bool (genes, reactions)."""
        indptr = np.cumsum([0, *(len(each) for each in self.reactions)])
        indices = np.array([reaction for each in self.reactions for reaction in each], dtype=np.int64)
        shape = (len(self.reactions), len(self.rules))
        return sp.csr_matrix((np.ones(len(indices), dtype=bool), indices, indptr), shape=shape)
