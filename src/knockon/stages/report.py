"""report: one offline HTML page with the question, the data, the results, the params and the versions."""

import subprocess
from pathlib import Path

from knockon.evaluation.report import Code, Report, Section, Text, versions_table, write_report
from knockon.progress import console
from knockon.stages.affinity.sections import sections as affinity_sections
from knockon.stages.cellstate.sections import sections as cellstate_sections
from knockon.stages.design.sections import sections as design_sections
from knockon.stages.gfp.headline import sentence as gfp_sentence
from knockon.stages.gfp.sections import sections as gfp_sections
from knockon.stages.model_card import write_cards
from knockon.stages.params_file import PARAMS_FILE, study_sources
from knockon.stages.sections import read_metrics
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast.headline import sentence as yeast_sentence
from knockon.stages.yeast.sections import sections as yeast_sections

READS = tuple(
    Path(name)
    for name in (
        "metrics/yeast",
        "metrics/gfp",
        "metrics/affinity",
        "metrics/cellstate",
        "metrics/design",
        "plots/yeast",
        "plots/gfp",
        "plots/affinity",
        "plots/cellstate",
        "plots/design",
        "params.yaml",
    )
)
PARAMS = ()

REPORT = Path("reports/index.html")

_STUDIES = {
    "yeast": "yeast",
    "gfp": "avGFP",
    "affinity": "affinity",
    "cellstate": "cell state",
    "design": "strain design",
}

_SECTIONS = (yeast_sections, gfp_sections, affinity_sections, cellstate_sections, design_sections)

_PACKAGES = ("knockon", "dvc", "pyarrow", "numpy", "scipy", "scikit-learn", "torch", "biocypher", "ladybug")

_QUESTION = (
    "Given which genes of a yeast strain are perturbed: how does it grow, and which pairs of genes interact? An "
    "interaction ε is the distance of a double mutant's fitness from the product of its single mutants'. Given which "
    "residues of a fluorescent protein are exchanged: how bright is it? Given a small molecule and a protein: how "
    "strongly does one bind the other? Given a cell's transcriptome: what does it do when a gene is knocked out? "
    "And which knock-outs should be made next? "
    "The models stand beside baselines that know "
    "nothing but the training measurements, and beside the noise of the label."
)

_REPRODUCE = """git clone <this repository> && cd knockon
make install
KNOCKON_MIRROR=<folder of the public files> dvc repro     # or: dvc pull
dvc exp run -S yeast.train.model=random_forest            # vary; dvc exp show compares
dvc repro gfp_evaluate                                    # one study alone"""


def origin(root: Path) -> str:
    """Which data the page is of, and the git revision that it was made at, with that revision's date.

    The date is the revision's, not the clock's: the same clone gives the same bytes.
    """
    return f"{simulated(root)} {_revision(root)}".strip()


def simulated(root: Path) -> str:
    """Whose data are simulated, a sentence; empty where none are."""
    sources = study_sources(root / PARAMS_FILE)
    names = [_STUDIES.get(study, study) for study, source in sources.items() if source == "simulated"]
    whose = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    return f"The data of {whose} are simulated: nothing here is a finding." if names else ""


def _revision(root: Path) -> str:
    # A repository that lies above this folder has another history.
    if not (root / ".git").exists():
        return "Not made in a git repository."
    command = ["git", "log", "-1", "--format=%h of %cs"]
    try:
        found = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "Made in a git repository that has no readable revision."
    return f"Made at git revision {found}."


def main(params: Params) -> None:
    """Write the report and the model cards from the metrics and plots of this clone."""
    root = Path()
    write_cards(root, simulated(root))
    closing = Section(
        "Params and versions",
        (
            Text(("Every number that the stages read:",)),
            Code(Path("params.yaml").read_text()),
            versions_table(_PACKAGES),
        ),
    )
    again = Section("How to reproduce this page", (Code(_REPRODUCE),))
    write_report(
        root / REPORT,
        Report(
            "knockon: what happens next when biology is changed",
            f"{origin(root)} {_QUESTION}",
            (*(section for sections in _SECTIONS for section in sections(root)), again, closing),
        ),
    )
    # The last words of `dvc exp run`, whichever study it changed.
    for say, name in ((yeast_sentence, "yeast/evaluate.json"), (gfp_sentence, "gfp/evaluate.json")):
        console.print(say(read_metrics(root, name)), markup=False, soft_wrap=True)


if __name__ == "__main__":
    run_stage(main, PARAMS)
