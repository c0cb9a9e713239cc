"""Flux ranges of the small network, by hand."""

import pytest

from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.ranges import closed_by, flux_ranges
from tests.models.designs.flux.small import genes, small_network


def test_ranges_while_growth_keeps_nine_tenths():
    cell = Cell(small_network())
    found = flux_ranges(cell, 0.9)
    names = [cell.network.reactions[place] for place in cell.kept]
    ends = {name: (low, high) for name, low, high in zip(names, found.least, found.most, strict=True)}
    assert ends["r_growth"] == pytest.approx((9, 10))
    assert ends["r_making"] == pytest.approx((0, 5), abs=1e-6)
    assert ends["r_plain"] == pytest.approx((5, 10), abs=1e-6)
    assert ends["r_uptake"] == pytest.approx((-10, -9))
    assert not found.unsettled.any()
    assert closed_by(found, cell.shut(genes("G4")))[:2] == (1, 1)
    assert closed_by(found, cell.shut(genes("G3"))) == (1, 0, pytest.approx(5, abs=1e-6))
