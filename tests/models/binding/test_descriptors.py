"""What is read off a molecule."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.binding.descriptors import COUNTS, _properties, descriptors, width


def test_aspirin_and_repeated_groups():
    found = descriptors(("CC(=O)Oc1ccccc1C(=O)O", "CCCCCCCC", "CCCC"))
    assert found.shape == (3, width())
    assert np.isfinite(found).all()
    told = dict(zip(_properties(), found[0], strict=False))
    assert told["HeavyAtoms"] == 13
    assert told["ExactMolWt"] == pytest.approx(180.042, abs=1e-2)
    assert told["NumAromaticRings"] == 1
    assert told["TPSA"] == pytest.approx(63.6, abs=0.1)
    # A longer chain repeats environments: a bit would not tell.
    octane, butane = found[1, -COUNTS:], found[2, -COUNTS:]
    assert octane.max() > butane.max()


def test_no_smiles_is_refused():
    with pytest.raises(KnockonError, match="ligand 2: 'C1CC' is not a valid SMILES"):
        descriptors(("CC", "C1CC"))
