"""cellstate_cohorts: public files of further cohorts and knock-outs; none where the study is simulated."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Mask, Values
from knockon.atomic import write_text
from knockon.errors import KnockonError
from knockon.sources.registry import Source, select
from knockon.stages.cellstate import paths
from knockon.stages.cellstate.yeast_kin import FILES
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage

READS = ()
PARAMS = ("cellstate.source",)

_COHORT = ("brca_er_tcga_rnaseq", "brca_her2_tcga_rnaseq", "dorothea")
_YEAST = ("kinase_expression", "kemmeren_tf_hk_expression_all", "kemmeren_tf_hk_gene_list",
          "kemmeren_tf_hk_sample_list_all")  # fmt: skip
ER, HER2 = "brca/ER_TCGA_RNAseq.rda", "brca/HER2_TCGA_RNAseq.rda"
DOROTHEA = "dorothea_hs.rda"


def wanted() -> list[Source]:
    """The files that are taken."""
    morphic = [source.name for source in select("cellstate") if source.name.startswith("morphic_")]
    return [*select("cellstate", [*_COHORT, *morphic]), *select("yeast", [*_YEAST, *FILES])]


def main(params: Params) -> None:
    """Fill data/raw/cellstate_cohorts."""
    with raw_folder(paths.COHORTS) as folder:
        if is_public(params, "cellstate"):
            sources = wanted()
            yeast = {each.name: Path(each.path).relative_to("yeast") for each in sources if each.study == "yeast"}
            fetch_public(folder, "cellstate", sources, yeast)
        else:
            write_text(folder / "README", "The simulated study has no further cohorts.\n")


class Brca:
    """TCGA's breast cancers of both files, each patient once.

    The files are named after receptors, and each holds positive and negative tumours: 60 chosen for oestrogen's
    receptor, 60 for HER2's. Which is which they don't say; it is told by the receptor's own transcript, whose level has
    two humps. values: float64 (patients, genes), log2(CPM + 1), of genes above 1 on average. file: 0 or 1 by patient.
    """

    def __init__(self, folder: Path, least: float) -> None:
        from knockon.sources.cellstate.rdata import read_rda_counts
        from knockon.sources.cellstate.scale import to_log2

        er, her2 = (read_rda_counts(folder / name) for name in (ER, HER2))
        if er.genes != her2.genes:
            raise KnockonError(f"{folder / HER2}: its genes are not those of {ER}")
        known = set(er.samples)
        again = [place for place, name in enumerate(her2.samples) if name not in known]
        self.patients = [*er.samples, *(her2.samples[place] for place in again)]
        self.file = np.repeat([0, 1], [len(er.samples), len(again)])
        values = np.concatenate([er.values, her2.values[again]])
        log = to_log2(values, er.scale).astype(np.float64)
        kept = np.flatnonzero(log.mean(axis=0) > least)
        self.genes = [er.genes[place] for place in kept]
        self.values: Values = log[:, kept]
        self.twice = len(her2.samples) - len(again)

    def above(self, gene: str, level: float) -> Mask:
        """Patients in whose tumour a gene's transcript lies above a level, bool (patients,)."""
        return np.asarray(self.values[:, self.genes.index(gene)] > level)

    def network(self, folder: Path, confidence: str) -> pa.Table:
        """DoRothEA's edges up to a grade."""
        from knockon.sources.cellstate.regulons import read_dorothea

        return read_dorothea(folder / DOROTHEA, confidence)


if __name__ == "__main__":
    run_stage(main, PARAMS)
