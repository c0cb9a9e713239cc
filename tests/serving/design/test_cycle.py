"""Cycles of a campaign: the same table is the same cycle again, another one the next, and nothing told is lost."""

import pytest

from knockon.errors import FormatError, KnockonError
from knockon.serving.design.cycle import next_campaign, read_campaign, state_path, write_campaign
from knockon.serving.design.strain_table import names_of, read_strain_table
from tests.serving.design.planted import GENES, genome, question


def table(folder, name, text):
    (folder / name).write_text(f"knockouts,value,error\n{text}")
    return folder / name, read_strain_table(folder / name, genome(), names_of(genome(), None), 1)


def advance(path, *measured, asked=None, own=None, proposed=((GENES[2],),)):
    campaign = next_campaign(path, asked or question(), own, measured).proposing(list(proposed))
    write_campaign(path, campaign)
    return campaign


def test_a_campaign_goes_from_cycle_to_cycle_and_each_can_be_made_again(tmp_path):
    path = state_path(tmp_path / "designs.csv")
    assert path.name == "designs.campaign.json"
    first = advance(path)
    bytes_of_first = path.read_bytes()
    assert advance(path) == first
    assert path.read_bytes() == bytes_of_first
    one = table(tmp_path, "one.csv", f"{GENES[2]},1.5,0.1\n{GENES[3]},2,\n")
    second = advance(path, one, proposed=((GENES[6],),))
    assert (first.number, second.number) == (1, 2)
    assert second.cycles[0] == first.cycles[0]
    assert [told.genes for told in second.measured()] == [(GENES[2],), (GENES[3],)]
    assert [told.error for told in second.measured()] == [0.1, None]
    bytes_of_second = path.read_bytes()
    assert advance(path, one, proposed=((GENES[6],),)) == second
    assert advance(path, proposed=((GENES[6],),)) == second, "without a table the last cycle is made again"
    assert path.read_bytes() == bytes_of_second
    third = advance(path, table(tmp_path, "two.csv", f"{GENES[6]},3,0.1\n"))
    assert third.number == 3
    assert len(third.measured()) == 3
    assert read_campaign(path) == third


def test_both_tables_at_once_are_two_cycles(tmp_path):
    path = state_path(tmp_path / "designs.csv")
    tables = (table(tmp_path, "one.csv", f"{GENES[2]},1,\n"), table(tmp_path, "two.csv", f"{GENES[3]},2,\n"))
    both = advance(path, *tables)
    assert both.number == 3
    assert advance(path, tables[1]) == both


def test_a_table_of_an_earlier_cycle_is_refused(tmp_path):
    path = state_path(tmp_path / "designs.csv")
    one, two = (table(tmp_path, name, f"{GENES[2]},{name[0] == 'o'},\n".replace("True", "1").replace("False", "2"))
                for name in ("one.csv", "two.csv"))  # fmt: skip
    advance(path, one)
    advance(path, two)
    with pytest.raises(KnockonError, match=r"one.csv: was told in cycle 2, and cycle 3 is the present one"):
        next_campaign(path, question(), None, [one])


def test_a_campaign_of_another_question_is_not_overwritten(tmp_path):
    path = state_path(tmp_path / "designs.csv")
    advance(path)
    for asked in (question(maximise=False), question(phenotype="growth")):
        with pytest.raises(KnockonError, match=r"is the campaign for higher betaxanthin; name another --out"):
            next_campaign(path, asked, None, [])
    with pytest.raises(KnockonError, match="by another table"):
        next_campaign(path, question(), table(tmp_path, "own.csv", f"{GENES[2]},1,\n")[1], [])
    assert next_campaign(path, question(batch=99, knockouts=3), None, []).number == 1, "a constraint may change"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is damaged"),
        ("{}", "its type is not stated"),
        ('{"type": "knockon.design.campaign", "version": 9}', "by a newer knockon"),
        ('{"type": "knockon.design.campaign", "version": 1}', "is damaged"),
    ],
)
def test_a_damaged_state_is_told(tmp_path, text, said):
    path = state_path(tmp_path / "designs.csv")
    path.write_text(text)
    with pytest.raises(FormatError, match=said):
        read_campaign(path)


def test_a_list_that_is_filled_in_further_is_the_same_cycle_and_counts_once(tmp_path):
    path = state_path(tmp_path / "designs.csv")
    advance(path)
    advance(path, table(tmp_path, "part.csv", f"{GENES[2]},1,0.1\n"))
    whole = advance(path, table(tmp_path, "whole.csv", f"{GENES[2]},1,0.1\n{GENES[3]},2,0.1\n"))
    assert whole.number == 2
    assert [told.genes for told in whole.measured()] == [(GENES[2],), (GENES[3],)]
    other = advance(path, table(tmp_path, "other.csv", f"{GENES[2]},1.1,0.1\n{GENES[6]},2,0.1\n"))
    part = advance(path, table(tmp_path, "again.csv", f"{GENES[6]},2,0.1\n"))
    assert (part.number, part.measured()) == (3, other.measured()), "a part of what was told adds nothing"
    assert (other.number, len(other.measured())) == (3, 4), "the same strain measured anew is another measurement"
