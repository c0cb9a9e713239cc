"""InfoNCE with known binders: the formula by plain loops, finite differences, and what the mask is for."""

import math

import pytest
import torch
from torch.nn.functional import normalize

from knockon.errors import KnockonError
from knockon.losses.contrastive import InfoNCE, KnownPairs, Paired, relative

PROTEINS = 6


def known_pairs():
    """Ligand l binds protein p where (l + p) is a multiple of 3."""
    cells = [(ligand, protein) for ligand in range(8) for protein in range(PROTEINS) if (ligand + protein) % 3 == 0]
    ligand, protein = torch.tensor(cells).T
    return KnownPairs(ligand, protein, PROTEINS)


def batch(rows=12, dtype=torch.float64, seed=0):
    """Pairs that repeat ligands and proteins; a third of them are no binders."""
    random = torch.Generator().manual_seed(seed)
    known = known_pairs()
    ligand, protein = torch.randint(8, (rows,), generator=random), torch.randint(PROTEINS, (rows,), generator=random)
    protein[: 2 * rows // 3] = (3 - ligand[: 2 * rows // 3] % 3) % 3
    embeddings = [normalize(torch.randn(rows, 5, generator=random, dtype=dtype), dim=1) for _ in range(2)]
    return Paired(*(each.requires_grad_() for each in embeddings), ligand, protein, known(ligand, protein))


def by_loops(pairs, scale, positives):
    known = known_pairs()
    binders = set(known.codes.tolist())
    rows = range(len(pairs.ligand))
    ligand, protein = pairs.ligand.tolist(), pairs.protein.tolist()
    total, count = torch.zeros((), dtype=torch.float64), 0
    for i in rows:
        if not pairs.anchor[i]:
            continue
        count += 1
        for asks, answers, cell in (
            (pairs.ligands, pairs.proteins, lambda i, j: ligand[i] * PROTEINS + protein[j]),
            (pairs.proteins, pairs.ligands, lambda i, j: ligand[j] * PROTEINS + protein[i]),
        ):
            chosen, negatives = [], []
            for j in rows:
                same = ligand[i] == ligand[j] or protein[i] == protein[j]
                if i == j:
                    chosen.append(j)
                elif positives == "diagonal" or (not same and cell(i, j) not in binders):
                    negatives.append(j)
                elif not same:
                    chosen.append(j)
            against = sum((scale * asks[i] @ answers[j]).exp() for j in negatives)
            for j in chosen:
                own = (scale * asks[i] @ answers[j]).exp()
                total = total - 0.5 * (own / (own + against)).log() / len(chosen)
    return total / count


@pytest.mark.parametrize("positives", ["known", "diagonal"])
def test_value_and_gradients_equal_the_loops(positives):
    pairs = batch()
    loss = InfoNCE(known_pairs(), positives, 0.2).double()
    wanted = [pairs.ligands, pairs.proteins, loss.log_scale]
    fast, count = loss(pairs)
    slow = by_loops(pairs, loss.log_scale.exp(), positives)
    assert count.item() == pairs.anchor.sum().item() < len(pairs.anchor)
    assert fast.item() == pytest.approx(slow.item(), rel=1e-10)
    for one, other in zip(torch.autograd.grad(fast, wanted), torch.autograd.grad(slow, wanted), strict=True):
        assert torch.allclose(one, other, rtol=1e-8, atol=1e-12)


def test_gradients_equal_finite_differences():
    pairs = batch()
    loss = InfoNCE(known_pairs(), "known", 0.2).double()

    def value(ligands, proteins):
        return loss(Paired(ligands, proteins, pairs.ligand, pairs.protein, pairs.anchor))[0]

    assert torch.autograd.gradcheck(value, (pairs.ligands, pairs.proteins), eps=1e-6, atol=1e-6)


def test_a_known_binder_is_not_pushed_away():
    """Ligand 0 binds proteins 0 and 3. The gradient of the cell (0, 3) attracts; the diagonal rival repels it."""
    ligand, protein = torch.tensor([0, 3, 1]), torch.tensor([0, 3, 2])
    turned = {}
    for positives in ("known", "diagonal"):
        ligands, proteins = torch.eye(3).requires_grad_(), (torch.ones(3, 3) / math.sqrt(3)).requires_grad_()
        loss, _ = InfoNCE(known_pairs(), positives)(
            Paired(ligands, proteins, ligand, protein, torch.ones(3, dtype=torch.bool))
        )
        loss.backward()
        turned[positives] = proteins.grad[1, 0].item()
    assert turned["known"] < 0 < turned["diagonal"]


def test_own_rows_of_everyone_make_up_the_whole():
    pairs = batch()
    loss = InfoNCE(known_pairs(), "known").double()
    whole, count = loss(pairs)
    parts = []
    for first in (0, 6):
        own = Paired(*(getattr(pairs, name)[first : first + 6] for name in Paired.__annotations__))
        mean, anchors = loss(own, pairs, first)
        parts.append(mean * anchors)
    assert sum(parts).item() == pytest.approx((whole * count).item(), rel=1e-12)


def test_a_batch_without_binders_costs_nothing():
    pairs = batch()
    none = Paired(pairs.ligands, pairs.proteins, pairs.ligand, pairs.protein, torch.zeros(12, dtype=torch.bool))
    loss = InfoNCE(known_pairs()).double()
    value, count = loss(none)
    value.backward()
    assert value.item() == count.item() == 0
    assert not pairs.ligands.grad.any()
    assert loss.log_scale.grad == 0


def test_a_batch_without_negatives_costs_nothing_and_stays_finite():
    pairs = batch(1, torch.float32)
    value, _ = InfoNCE(known_pairs())(pairs)
    value.backward()
    assert value.item() == 0
    assert torch.isfinite(pairs.ligands.grad).all()


@pytest.mark.parametrize("rows", [16, 256])
def test_chance_is_one_at_any_batch_size(rows):
    alike = torch.ones(rows, 1)
    numbers = torch.arange(rows)
    pairs = Paired(alike, alike, numbers, numbers, torch.ones(rows, dtype=torch.bool))
    loss, _ = InfoNCE(KnownPairs(numbers, numbers, rows))(pairs)
    assert relative(loss.item(), rows) == pytest.approx(1.0, rel=1e-5)


def test_float32_under_autocast():
    pairs = batch(dtype=torch.float32)
    loss = InfoNCE(known_pairs())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        under, _ = loss(pairs)
    assert under.dtype == torch.float32
    assert under.item() == loss(pairs)[0].item()


@pytest.mark.parametrize(
    ("options", "message"), [({"positives": "all"}, "known, diagonal"), ({"temperature": 0}, "0.01")]
)
def test_impossible_settings_are_refused(options, message):
    with pytest.raises(KnockonError, match=message):
        InfoNCE(known_pairs(), **options)
