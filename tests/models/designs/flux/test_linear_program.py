"""A linear program ends in one of four ways, each told; a kept basis changes no result."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from knockon.errors import KnockonError
from knockon.models.designs.flux.linear_program import LinearProgram


def random_program(seed: int, rows: int = 30, columns: int = 60) -> LinearProgram:
    random = np.random.default_rng(seed)
    matrix = sp.random(rows, columns, 0.2, "csc", rng=random, data_rvs=random.standard_normal)
    return LinearProgram(matrix, np.full(columns, -1.0), random.uniform(0, 2, columns), random.standard_normal(columns))


@pytest.mark.parametrize("seed", range(5))
def test_the_optimum_is_scipys(seed):
    program = random_program(seed)
    found = program.solve()
    bounds = np.column_stack([program.lower, program.upper])
    other = linprog(-program.cost, A_eq=program.matrix, b_eq=program.right, bounds=bounds)
    assert found.status == "optimal"
    assert found.value == pytest.approx(-other.fun, abs=1e-8)
    assert program.weak_bound(found.prices) == pytest.approx(found.value, abs=1e-7)
    np.testing.assert_allclose(program.matrix @ found.fluxes, 0, atol=1e-8)


def test_a_kept_basis_gives_the_same_digits_whatever_came_between():
    program = random_program(1)
    program.solve()
    basis = program.basis()

    def shut(column: int) -> float:
        before = program.lower[[column]].copy(), program.upper[[column]].copy()
        program.start_from(basis)
        program.set_bounds([column], np.zeros(1), np.zeros(1))
        value = program.solve().value
        program.set_bounds([column], *before)
        return value

    ahead = [shut(column) for column in range(20)]
    assert ahead[::-1] == [shut(column) for column in range(19, -1, -1)]


def test_infeasible_and_unbounded_are_told():
    matrix = sp.csc_matrix([[1.0, -1.0]])
    infeasible = LinearProgram(matrix, np.array([1.0, 3.0]), np.array([2.0, 4.0]), np.ones(2)).solve()
    assert infeasible.status == "infeasible"
    assert np.isnan(infeasible.value)
    with pytest.raises(KnockonError, match="growth: infeasible"):
        infeasible.require("growth")
    free = LinearProgram(matrix, np.zeros(2), np.full(2, np.inf), np.ones(2))
    assert free.solve().status == "unbounded"
    assert free.solve(fresh=True).status == "unbounded"


def test_a_limit_tells_the_best_so_far_and_its_gap():
    """A step a time: a limit of no time at all stops before the optimum, and the bound holds."""
    program = random_program(2, rows=200, columns=500)
    whole = random_program(2, rows=200, columns=500).solve()
    stopped = program.solve(iterations=3)
    assert stopped.status == "limit"
    assert stopped.bound >= whole.value - 1e-9
    assert np.isnan(stopped.value) or stopped.value <= whole.value + 1e-9
    assert "stopped by its limit" in stopped.explain("growth")
    with pytest.raises(KnockonError, match=r"at most .* away|nothing feasible"):
        stopped.require("growth")


def test_bounds_that_cross_are_refused():
    with pytest.raises(KnockonError, match="column 1: lower bound 2 above upper bound 1"):
        LinearProgram(sp.csc_matrix([[1.0, 1.0]]), np.array([0.0, 2.0]), np.ones(2), np.ones(2))
