"""Davis and KIBA: cells by ligand and protein, folds that count measured cells, a floor that is no value."""

import json

import pytest

from knockon.errors import FormatError
from knockon.sources.affinity.matrix import read_davis, read_kiba
from knockon.sources.affinity.measured import MEASURED_SCHEMA

SEQUENCE = "MKTAYIAKQRQISFVKSHFSRQ"


@pytest.fixture
def files(tmp_path):
    """Two ligands, two proteins that are one sequence; the second cell is missing."""

    def write(values="10 nan\n10000 1000\n", test=(0,), train=((1,), (2,)), proteins=None):
        texts = {
            "y.txt": values,
            "ligands.txt": json.dumps({"L1": "CCO", "L2": "CCN"}),
            "proteins.txt": proteins or json.dumps({"A": SEQUENCE, "A(mutant)": SEQUENCE}),
            "test.txt": json.dumps(list(test)),
            "train.txt": json.dumps([list(one) for one in train]),
        }
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        return [tmp_path / name for name in texts]

    return write


def test_cells_and_folds(files):
    table = read_davis(*files()).table
    assert table.schema.equals(MEASURED_SCHEMA)
    assert table["name"].to_pylist() == ["L1:A", "L2:A", "L2:A(mutant)"]
    assert table["value"].to_pylist() == pytest.approx([8.0, 5.0, 6.0])
    assert table["relation"].to_pylist() == ["=", "<", "="]
    # The second measured cell is the third of the matrix.
    assert table["part"].to_pylist() == ["test", "fold1", "fold2"]
    assert table["ligand"].to_pylist() == ["CCO", "CCN", "CCN"]
    assert set(table["sequence"].to_pylist()) == {SEQUENCE}


def test_a_score_has_no_floor_and_may_be_zero(files):
    table = read_kiba(*files("11.1\tnan\n0\t12.5\n")).table
    assert table["value"].to_pylist() == [11.1, 0.0, 12.5]
    assert set(table["relation"].to_pylist()) == {"="}
    assert set(table["kind"].to_pylist()) == {"KIBA"}


def test_a_concentration_that_is_not_positive_is_refused(files):
    result = read_davis(*files("10 nan\n0 -5\n"))
    assert result.table.num_rows == 1
    assert result.rejects["value"].to_pylist() == ["L2:A", "L2:A(mutant)"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": "10 20\n"}, "1 rows of 2 values; ligands.txt and proteins.txt say 2 rows of 2"),
        ({"values": "10 20\n30\n"}, "2 rows of 1 or 2 values"),
        ({"values": "10 20\n30 x\n"}, "row 2: 'x' is no number"),
        ({"values": "10 20\n30 inf\n"}, "row 2: 'inf' is no number"),
        ({"test": (9,)}, "has 3 measured cells, test.txt names others"),
        ({"test": (1,)}, "a cell stands in two lists"),
        ({"proteins": '{"A": "MKT", "A": "MKV"}'}, "'A' stands twice"),
        ({"proteins": "[1]"}, "not a JSON object"),
        ({"proteins": "{"}, "is not JSON"),
    ],
)
def test_files_that_do_not_fit_together_are_one_error(files, change, message):
    with pytest.raises(FormatError, match=message.replace("(", r"\(")):
        read_davis(*files(**change))
