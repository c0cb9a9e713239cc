"""The small dump of the graph's tests, for the commands that ask it."""

from tests.graph.conftest import tiny_dump as tiny_dump
from tests.graph.conftest import tiny_store as tiny_store
