import inspect
import subprocess
import sys

import pytest

from knockon.errors import KnockonError
from knockon.models.context import Context
from knockon.models.registry import BASELINES, MODELS, build
from tests.models.made_up import dense_inputs

CONTEXT = Context("interaction")
CLASSICAL = (*BASELINES, "elastic_net", "svr", "random_forest")


@pytest.mark.parametrize("name", CLASSICAL)
def test_every_model_is_built_and_speaks_the_protocol(name):
    model = build(name, dense_inputs(), CONTEXT, {})
    for method in ("fit", "refit", "predict", "save", "load"):
        assert callable(getattr(model, method))
    assert list(inspect.signature(model.fit).parameters) == ["train", "validation", "seed"]
    assert (model.name, len(model.history), model.subsystems, model.parts()) == (name, 0, None, {})
    assert model.reads_vectors == (name not in BASELINES)


def test_an_unknown_model_is_answered_with_the_known_ones():
    with pytest.raises(KnockonError, match="random_forest"):
        build("forest", dense_inputs(), CONTEXT, {})


def test_an_unknown_hyper_parameter_is_answered_with_the_known_ones():
    with pytest.raises(KnockonError, match=r"no hyper-parameter tree; the hyper-parameters are trees, depth"):
        build("random_forest", dense_inputs(), CONTEXT, {"tree": 10})


def test_what_the_caller_has_at_hand_is_no_hyper_parameter():
    """A grid that sets the label would quietly train on another question."""
    with pytest.raises(KnockonError, match="no hyper-parameter label"):
        build("smf_product", dense_inputs(), CONTEXT, {"label": "fitness"})


def test_modules_are_imported_when_a_model_is_built():
    """`knockon --help` must not wait for torch and scikit-learn."""
    code = "import sys, knockon.models.registry; sys.exit('sklearn' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_every_name_leads_to_a_module_of_this_package():
    assert all(path.startswith("knockon.") and path.count(":") == 1 for path in MODELS.values())
