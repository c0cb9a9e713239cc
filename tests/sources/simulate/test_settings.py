import pytest

from knockon.errors import KnockonError
from knockon.sources.simulate import SimulationSettings


@pytest.mark.parametrize("wrong", [{"genes": 20}, {"genes": 50_000}, {"pairs": 0}, {"repeats": 0}, {"noise": -1.0}])
def test_impossible_sizes_are_refused_by_name(wrong: dict[str, float]):
    with pytest.raises(KnockonError, match=next(iter(wrong))):
        SimulationSettings(**wrong)


def test_each_part_has_a_stream_of_its_own_and_the_same_every_time():
    settings = SimulationSettings(seed=5)
    first = settings.generator("genes").random(4)
    assert (first == settings.generator("genes").random(4)).all()
    assert (first != settings.generator("genome").random(4)).all()
    assert (first != SimulationSettings(seed=6).generator("genes").random(4)).all()
