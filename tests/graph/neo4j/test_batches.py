"""Loading over Bolt, against a made-up server that counts; the real one is in tests/services."""

import re
from types import SimpleNamespace

import pytest

from knockon.errors import KnockonError
from knockon.graph.dump import read_dump
from knockon.graph.neo4j.batches import load_online
from knockon.graph.neo4j.marker import COMPLETE


class Server:
    """Keeps how many nodes and edges were created of each label, and the marker. lost: taken away by another load."""

    def __init__(self, lost=()):
        self.settings = SimpleNamespace(uri="bolt://made-up", database="neo4j")
        self.counts, self.state, self.lost = {}, None, lost

    def rows(self, text, parameters=None, writing=True):
        """Answer the loader's own statements."""
        if created := re.search(r"CREATE (?:\(n:KnockonLoading_|\(a\)-\[r:)(\w+)", text):
            made = len(parameters["rows"])
            self.counts[created[1]] = self.counts.get(created[1], 0) + made
            return [[made]]
        if "m.content = $content" in text:
            self.state = parameters["content"], text.partition("m.state")[2] and parameters["state"]
        if text.startswith("MATCH (m:"):
            return [list(self.state)] if self.state else []
        if counted := re.fullmatch(r"MATCH .*x:(\w+)\W+RETURN count\(\*\)", text):
            return [[self.counts.get(counted[1], 0) - (counted[1] in self.lost)]]
        if text.startswith("MATCH (n:KnockonLoading_") and "DETACH DELETE" in text:
            self.counts.clear()
        return []


def test_what_was_counted_is_complete(tiny_dump):
    server, dump = Server(), read_dump(tiny_dump)
    load_online(server, dump)
    assert server.state == (dump.content_hash(), COMPLETE)
    assert server.counts == {label: count for label, count in dump.counts().items() if count}


def test_a_graph_that_another_load_has_thinned_out_is_never_called_complete(tiny_dump):
    """Each load counts what it created itself; only the database tells what the other one deleted since."""
    dump = read_dump(tiny_dump)
    server = Server(lost={"Gene"})
    with pytest.raises(KnockonError, match=r"holds 3 Gene, the dump 4: was another load running"):
        load_online(server, dump)
    assert server.state[1] not in (COMPLETE, "deleting", "naming"), "the next load starts afresh"
    server.lost = ()
    load_online(server, dump)
    assert server.state == (dump.content_hash(), COMPLETE)
    assert server.counts["Gene"] == 4
