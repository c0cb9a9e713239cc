import numpy as np
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.sources.design.cycles import read_isoprenol_cycles, read_isoprenol_screen
from knockon.sources.simulate.cycles import CYCLES, SCREEN, CyclesSimulation, write_cycles

SMALL = CyclesSimulation(targets=20, genes=10, strains=20, cycles=2, failed=0.0, shift=0.0)


def test_the_readers_read_every_line_and_find_the_planted_titres(tmp_path):
    write_cycles(tmp_path, SMALL)
    cycles, screen = read_isoprenol_cycles(tmp_path / CYCLES), read_isoprenol_screen(tmp_path / SCREEN)
    assert cycles.rejects.num_rows == screen.rejects.num_rows == 0
    assert screen.table.num_rows == 3 * 20 + 18
    truth = pq.read_table(tmp_path / "truth" / "cycles.parquet").to_pylist()
    planted = {(row["strain"], row["cycle"]): row["titre"] for row in truth}
    rows = [row for row in cycles.table.to_pylist() if not row["control"]]
    ratios = np.array([row["value"] / planted[row["strain"], row["cycle"]] for row in rows])
    assert len(rows) == 3 * len(planted)
    assert abs(ratios.mean() - 1) < 0.02
    assert ratios.std() == pytest.approx(SMALL.variation, rel=0.2)


def test_equal_seeds_give_equal_bytes(tmp_path):
    for name in ("one", "two"):
        write_cycles(tmp_path / name, SMALL)
    for name in (CYCLES, SCREEN):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_sizes_that_give_no_cycles_are_refused():
    with pytest.raises(KnockonError, match="genes lie in 8"):
        CyclesSimulation(targets=5)
