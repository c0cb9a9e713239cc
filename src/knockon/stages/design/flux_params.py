"""What params.yaml may say of the metabolic model: media, products, and what it is judged by."""

from typing import Annotated

from pydantic import Field

from knockon.stages.param_kinds import (
    LEFT_OUT,
    AtLeastTwo,
    Count,
    NotNegative,
    Number,
    Positive,
    Section,
    Seed,
    Share,
    Some,
    Text,
)


class Uptakes(Section):
    """Compounds that are taken up at one rate, mmol per gram of dry cells and hour."""

    rate: NotNegative
    of: Some[Text]


class Medium(Section):
    """See `models.designs.flux.media.Medium`; without uptakes it is the one that the model was shipped with."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    uptakes: list[Uptakes] = LEFT_OUT
    deleted: list[Text] = LEFT_OUT


class Measured(Section):
    """Which records flux is judged by."""

    smf: Text
    interaction: Text
    temperature: Number


class Coupling(Section):
    """See `models.designs.flux.cut_search`. media: names in `design.flux.media`. least_growth: share of the wild type's
    growth; least_product: of the most product at that. programs: at most so many a search; seconds: of one program.
    """

    media: Some[Text]
    products: Some[Text]
    least_growth: Share
    least_product: Share
    most: Annotated[int, Field(ge=1, le=2)]
    programs: Count
    seconds: Positive


class Evidence(Section):
    """Essentiality from flux and graph. confidence: of physical links, STRING's 0 to 1000; largest: group of genes."""

    folds: AtLeastTwo
    seed: Seed
    penalty: Positive
    confidence: Count
    largest: AtLeastTwo


class Flux(Section):
    """All of `design.flux`."""

    media: Some[Medium]
    adjusted: list[Text]
    epsilon: Text
    products: list[Text]
    lethal: Share
    yield_growth: Share
    range_growth: Share
    seconds: Positive
    measured: Measured
    evidence: Evidence
    resamples: Count
    seed: Seed
