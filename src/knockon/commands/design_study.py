"""What the design study of a clone knows, gathered for `knockon design`: the command alone knows the paths.

Everything but `checked_name` is called in the root of the clone.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knockon.errors import KnockonError

if TYPE_CHECKING:
    from knockon.arrays import Values
    from knockon.models.designs.of_genes import OfGenes
    from knockon.models.designs.protocol import GeneFeatures
    from knockon.serving.design.answer import Known
    from knockon.serving.design.cycle import Campaign
    from knockon.serving.design.fitness import PredictPairs
    from knockon.serving.design.genome import Genome
    from knockon.serving.design.growth_errors import GrowthErrors
    from knockon.serving.design.known import Growth, Wanted
    from knockon.serving.design.proposal import AskModel
    from knockon.serving.design.question import Question
    from knockon.serving.design.strain_table import StrainTable
    from knockon.sources.yeast.names import GeneNames

_SERVED = {
    "blend": "blend", "gp": "gp", "trio": "blend", "boosted": "boosted", "ridge": "ridge", "nearest": "nearest",
}  # fmt: skip
"""Model → its kind, of those that answer: the first that was fitted to the phenotype.

No score of held-out genes chooses: what holds another as a member comes before it, since a blend weighs its members by
how they tell training genes, and gives no weight to one that tells nothing more.
"""
_REPORTED = "reported "
_UNITS = {
    "betaxanthin": ("z-score about the plate", "the CRI-SPA screen of deletion strains, Cachera et al. 2023"),
    "metabolome": ("z-score of the level", "amino acids of deletion strains, Mülleder et al. 2016"),
    "literature": ("reported, 1 or 0", "null mutants of which SGD's literature reports accumulation"),
    "growth": ("fitness, wild type = 1", "fitness of deletion strains, the yeast study"),
}
"""Group of phenotypes → unit, and who measured."""
_FAR = 5.0
"""Spreads between the medians of study and campaign, beyond which the unit may be another."""


def checked_name(name: str, directory: Path) -> str:
    """The phenotype as the study spells it; chemicals of the literature may be named without "reported".

    Raises KnockonError for one that nobody measured, with the nearest names.
    """
    import pyarrow.parquet as pq

    from knockon.serving.design.question import check_phenotype
    from knockon.stages.design import paths

    path = directory / paths.PHENOTYPES
    if not path.is_file():
        raise KnockonError(f"{path}: there are no phenotypes; run `dvc repro design_features` or `dvc pull`")
    with path.open("rb") as source:
        known = pq.ParquetFile(source).read(["phenotype"])["phenotype"].unique().to_pylist()
    short = {each.removeprefix(_REPORTED): each for each in reversed(known)}
    # A level that was measured beats one that was reported.
    short |= {each: each for each in known}
    spelled = {each.lower(): each for each in short}
    if name.strip().lower() in spelled:
        return short[spelled[name.strip().lower()]]
    return check_phenotype(name, list(short), _metabolites(directory))


def _metabolites(directory: Path) -> list[str]:
    """Names of the metabolic model's metabolites; none where the model is not there."""
    from knockon.stages.design import paths

    path = directory / paths.GEM
    if not path.is_file():
        return []
    from knockon.sources.design.metabolic_network import read_metabolic_network

    names = set(read_metabolic_network(path).metabolite_names)
    return sorted(names | {name.removeprefix("L-") for name in names})


def origin_of() -> tuple[str, str]:
    """Whose data are simulated, a sentence or nothing; and git revision and date, a sentence."""
    from knockon.stages.report import origin, simulated

    said = simulated(Path())
    return said, origin(Path()).removeprefix(said).strip()


def known_of(question: "Question", genome: "Genome", own: "StrainTable | None", campaign: "Campaign") -> "Known":
    """All that the question is answered from. Raises KnockonError for what is missing, with the stage that makes it."""
    from knockon.models.designs.feature_files import read_features
    from knockon.serving.design.answer import Known
    from knockon.serving.design.flux_notes import read_flux_notes
    from knockon.serving.design.knowledge import read_groups
    from knockon.stages.design import paths
    from knockon.stages.yeast import paths as yeast

    features = read_features(paths.FEATURES)
    notes: list[str] = []
    wanted = _of_study(question, features, notes) if own is None else _of_table(question, features, own, notes)
    wanted = _moved(wanted, campaign, notes)
    groups = read_groups(
        yeast.TABLES / "pathways.parquet", yeast.NETWORKS / "complexes.parquet", yeast.TABLES / "annotations.parquet"
    )
    fluxes = read_flux_notes(paths.FLUX, question.phenotype, question.maximise)
    if not paths.FLUX.is_file():
        notes.append("the metabolic model is asked of no single deletion: run `dvc repro design_flux`")
    growth, asks = _growth(features, notes), _asks_model(question, notes)
    return Known(wanted, growth, genome, groups, fluxes, asks, tuple(notes))


def _asks_model(question: "Question", notes: list[str]) -> "AskModel | None":
    """The metabolic model of the clone, read when it is asked."""
    from knockon.serving.design.set_fluxes import model_of_sets
    from knockon.stages.design import paths

    if not paths.GEM.is_file():
        notes.append(f"the metabolic model is asked of no set: there is no {paths.GEM} (`dvc pull`)")
        return None
    # The answer is asked for outside of the folder of the clone.
    return model_of_sets(paths.GEM.resolve(), question.phenotype, question.maximise)


def _of_study(question: "Question", features: "GeneFeatures", notes: list[str]) -> "Wanted":
    """The phenotype as the study measured it, and the model that design_train fitted to it."""
    import numpy as np

    from knockon.models.designs.unknown_pairs import UnknownPairs, usual_variance
    from knockon.serving.design.known import Wanted
    from knockon.stages.design.phenotypes import LEFT_OUT, read_wanted, wanted

    asked = wanted(read_wanted(), features.genes, question.phenotype)
    unit, source = _UNITS[asked.group]
    if asked.group == "literature":
        notes.append(
            "the literature says yes or no: above 1 is told that several of its genes do, not that there is more"
        )
    rows = np.arange(len(asked.genes))
    measured = asked.measured(features.genes, rows)
    model = UnknownPairs(_fitted(asked.name), usual_variance(measured))
    told = features.without(LEFT_OUT[asked.group])
    return Wanted(asked.name, unit, source, measured, told, model, np.zeros(len(rows), dtype=bool))


def _fitted(name: str) -> "OfGenes":
    """The best model that was fitted to a phenotype. Raises KnockonError where there is none."""
    from knockon.models.designs.registry import build
    from knockon.stages.design import paths

    for kept, kind in _SERVED.items():
        folder = paths.MODELS / kept / name
        if folder.is_dir():
            model = build(kind, {})
            model.load(folder)
            return model
    raise KnockonError(f"{paths.MODELS}: no model was fitted to {name}; run `dvc repro design_train` or `dvc pull`")


def _of_table(question: "Question", features: "GeneFeatures", own: "StrainTable", notes: list[str]) -> "Wanted":
    """The person's own table, and a model that is fitted to it now."""
    import numpy as np

    from knockon.models.designs.registry import build
    from knockon.models.designs.unknown_pairs import UnknownPairs
    from knockon.serving.design.known import Wanted
    from knockon.serving.design_table import MODELS, own_strains

    strains = own_strains(own.read, features)
    notes += [note for note in strains.notes if note not in own.read.notes]
    model = UnknownPairs(build(*MODELS["blend"]), 0.0)
    model.fit(strains.measured, strains.features, question.seed)
    if (strains.measured.strains.counts > 1).any():
        notes.append(
            "effects of genes are summed in strains of several: what they do together one table does not teach"
        )
    mine = np.ones(len(strains.measured.values), dtype=bool)
    return Wanted(
        question.phenotype, "as in your table", "your own table", strains.measured, strains.features, model, mine
    )


def _moved(wanted: "Wanted", campaign: "Campaign", notes: list[str]) -> "Wanted":
    """The same with what the campaign measured: its strains, and a model that they moved."""
    import numpy as np

    from knockon.models.designs.protocol import Measured
    from knockon.models.designs.updated import FEWEST, Updated
    from knockon.serving.design.known import sets_of, strains_over

    names = wanted.features.genes
    known = set(names)
    told = [(cycle, each) for cycle, one in enumerate(campaign.cycles) for each in one.measured]
    told = [(cycle, each) for cycle, each in told if known.issuperset(each.genes)]
    if not told:
        return wanted
    values = np.array([each.value for _, each in told])
    errors = np.array([np.nan if each.error is None else each.error for _, each in told])
    built = Measured(strains_over(names, [each.genes for _, each in told]), values, errors)
    model = wanted.model
    if len(values) < FEWEST:
        notes.append(f"{len(values)} measured strains are too few to move the model ({FEWEST} at least); they are kept")
    else:
        # What pairs do is learnt now, or unknown to both parts alike.
        moved = Updated(wanted.model)
        moved.fit(built, wanted.features, 0, np.array([cycle for cycle, _ in told], dtype=np.int64))
        model = moved
        cycles = f"{campaign.number - 1} cycle" + ("s" if campaign.number > 2 else "")
        notes.append(f"{len(values)} strains that you measured in {cycles} moved the model")
    notes += _unit_note(wanted.measured.values, values, wanted.unit)
    strains = strains_over(names, [*sets_of(wanted.measured.strains), *(each.genes for _, each in told)])
    measured = Measured(
        strains,
        *(np.concatenate(both) for both in ((wanted.measured.values, values), (wanted.measured.errors, errors))),
    )
    mine = np.concatenate([wanted.own, np.ones(len(values), dtype=bool)])
    return _replaced(wanted, measured=measured, model=model, own=mine)


def _replaced(wanted: "Wanted", **changes: Any) -> "Wanted":
    from dataclasses import replace

    return replace(wanted, **changes)


def _unit_note(study: "Values", campaign: "Values", unit: str) -> list[str]:
    import numpy as np

    spread = float(np.std(study))
    off = abs(float(np.median(campaign)) - float(np.median(study)))
    if spread == 0 or off <= _FAR * spread:
        return []
    return [
        f"your values lie {off / spread:.0f} spreads from the study's ({np.median(campaign):.3g} against "
        f"{np.median(study):.3g} {unit}): are they in the same unit? Their distance is taken as a shift of your assay"
    ]


def _growth(features: "GeneFeatures", notes: list[str]) -> "Growth":
    """Growth of all genes: measured, else predicted; ε measured, else by the trained yeast model, else 0."""
    import numpy as np

    from knockon.dataset.store import RecordStore
    from knockon.serving.design.fitness import pair_effects, single_fitness, triple_spread
    from knockon.serving.design.known import Growth, strains_over
    from knockon.stages.design.phenotypes import GROWTH
    from knockon.stages.yeast import paths as yeast

    store = RecordStore(yeast.STORE)
    predicted = None
    try:
        model = _fitted(GROWTH)
    except KnockonError:
        notes.append("fitness of genes that were not measured is taken as the median: no model of growth was fitted")
    else:
        told = model.predict(strains_over(features.genes, [(gene,) for gene in features.genes]))
        predicted = np.clip(told.mean, 0, None), told.deviation
    singles = single_fitness(store, features.genes, predicted)
    pairs, spread = partial(pair_effects, store), triple_spread(store)
    return Growth(singles, pairs, _pairs_by_model(notes), spread, _growth_errors(notes))


def _growth_errors(notes: list[str]) -> "GrowthErrors":
    """How far told fitness lies off, as measured doubles and triples showed it."""
    from knockon.serving.design.growth_errors import GrowthErrors, read_growth_errors
    from knockon.stages.design import paths

    if paths.GROWTH.is_file():
        return read_growth_errors(paths.GROWTH)
    notes.append("errors of told fitness are taken as normal, beside no measured strain: run `dvc repro design_growth`")
    return GrowthErrors()


def _pairs_by_model(notes: list[str]) -> "PredictPairs | None":
    """ε of pairs by the trained yeast model, where there is one that predicts ε."""
    from knockon.serving.design.knowledge import pair_predictor
    from knockon.stages.yeast import paths as yeast

    if not (yeast.MODEL / "experiment.json").is_file():
        notes.append(
            "ε of pairs that were not measured is taken as 0: there is no trained yeast model (`dvc repro yeast_train`)"
        )
        return None
    from knockon.hiding import lean_lightgbm
    from knockon.models.registry import BOOSTED
    from knockon.serving.yeast import load_served, read_experiment
    from knockon.stages.yeast.side import KNOWLEDGE

    told = read_experiment(yeast.MODEL)
    if told[0].label != "interaction":
        notes.append(
            f"ε of pairs that were not measured is taken as 0: the trained yeast model predicts {told[0].label}"
        )
        return None
    if told[0].model in BOOSTED:
        lean_lightgbm()
    return pair_predictor(load_served(yeast.MODEL, KNOWLEDGE, told), 0.05)


def gene_names(genome: "Genome", directory: Path) -> "GeneNames":
    """Gene names as people write them, with SGD's aliases where the clone has its file."""
    from knockon.serving.design.strain_table import names_of
    from knockon.stages.design import paths

    path = directory / paths.GENE_NAMES
    if not path.is_file():
        return names_of(genome, None)
    from knockon.sources.yeast.sgd_features import read_sgd_features

    return names_of(genome, read_sgd_features(path).table)
