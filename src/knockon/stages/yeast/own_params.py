"""What params.yaml holds of a user's own files."""

from typing import Literal

from pydantic import model_validator

from knockon.stages.param_kinds import (
    LEFT_OUT,
    Number,
    Positive,
    Section,
    Text,
)

Phenotype = Literal["fitness", "interaction", "s_score", "growth", "expression", "metabolome", "morphology"]
Kind = Literal["deletion", "damp", "ts", "allele", "suppressor", "overexpression", "unknown"]
Names = Text | list[Text]


class OwnTable(Section):
    """What a plain table holds, see `sources.yeast.table.layout.Layout`; docs/own-data.md says it with examples."""

    phenotype: Phenotype
    unit: Text
    genes: Names = LEFT_OUT
    kind: Kind = LEFT_OUT
    separator: Text = LEFT_OUT
    alleles: Names = LEFT_OUT
    value: Text = LEFT_OUT
    headers: Literal["gene", "component", "temperature", "medium"] = LEFT_OUT
    values: Names = LEFT_OUT
    ignore: Names = LEFT_OUT
    component: Text = LEFT_OUT
    error: Text = LEFT_OUT
    error_is: Literal["standard_deviation", "standard_error"] = LEFT_OUT
    n: Text = LEFT_OUT
    p_value: Text = LEFT_OUT
    temperature: Text = LEFT_OUT
    medium: Text = LEFT_OUT
    decimal: Literal[".", ","] = LEFT_OUT
    thousands: Text = LEFT_OUT
    sheet: Text = LEFT_OUT
    wild_type: Positive = LEFT_OUT
    check_unit: bool = LEFT_OUT


class OwnFile(Section):
    """A file below data/own; docs/own-data.md says what each word means. table: of format `table`."""

    name: Text
    path: Text
    format: Text
    dataset: Text | None = LEFT_OUT
    publication: Text | None = LEFT_OUT
    media: Text | None = LEFT_OUT
    temperature: Number | None = LEFT_OUT
    table: OwnTable = LEFT_OUT

    @model_validator(mode="after")
    def _a_table_says_its_columns(self) -> "OwnFile":
        if (self.format == "table") != (self.table is not LEFT_OUT):
            raise ValueError(
                "format table and a section `table` go together: `knockon sources read table FILE` prints it"
            )
        return self
