"""`knockon screen`: which molecules of a library bind a protein."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from knockon.errors import FormatError, KnockonError
from knockon.stages.affinity import paths

if TYPE_CHECKING:
    from knockon.models.binding.network_model import NetworkModel
    from knockon.serving.affinity import AffinityDescription
    from knockon.serving.screen import Hits, Screened, ScreenModel

_LEVEL = "0.9"
_SHOWN = 5


def screen(
    protein: Annotated[Path, typer.Option(help="FASTA file; each of its proteins is screened.")],
    ligands: Annotated[
        Path, typer.Option(help="The library: SMILES and id a line (.smi), or .csv with a column smiles; plain or .gz.")
    ],
    out: Annotated[Path, typer.Option(help="Where the hits go, .csv.")],
    top: Annotated[str, typer.Option(help="How many hits of each protein.")] = "100",
    model: Annotated[str, typer.Option(help="Which trained model: one with two towers.")] = "dual_joint",
    cache: Annotated[
        Path | None, typer.Option(help="Folder of vectors of molecules that were screened before; one of the clone.")
    ] = None,
    directory: Annotated[Path, typer.Option(help="Root of a clone of the repository.")] = Path(),
) -> None:
    """Rank a library of molecules by how strongly they bind a protein.

    Each molecule is embedded once and kept: the next screen, against any protein, only multiplies. A run that was
    killed goes on where it was when the same command is started again.
    """
    from knockon.commands.predict.aside import check_target, tell_rejects
    from knockon.commands.predict.files import clone_in
    from knockon.commands.printing import print_plain
    from knockon.hiding import without_pandas
    from knockon.sources.affinity.library import suffix_of

    without_pandas()
    wanted = _number(top)
    check_target(out)
    suffix_of(ligands)
    if not ligands.is_file():
        raise FormatError(f"{ligands}: no such file")
    clone_in(directory)

    from knockon.serving.affinity_inputs import read_proteins, said_of
    from knockon.serving.screen import screen as ranked

    proteins = read_proteins(protein)
    folder = directory / paths.MODELS / model
    asked, description = _model(folder, cache or directory / paths.VECTORS)
    for line in said_of(proteins.known, asked.longest_protein):
        print_plain(line)
    found = ranked(asked, proteins.known, ligands, wanted)
    _write(out, found, description)
    _tell(out, found, description)
    tell_rejects(out, found.rejects)
    for row in proteins.rejects.to_pylist():
        print_plain(f"{protein}: {row['value']} was not screened: {row['reason']}")


def _number(top: str) -> int:
    if not (top.isascii() and top.isdigit() and int(top) > 0):
        raise KnockonError(f"--top is {top!r}; it is a number of hits, from 1 on")
    return int(top)


def _model(folder: Path, cache: Path) -> "tuple[ScreenModel, AffinityDescription]":
    from knockon.models.binding.scoring import read_scorer
    from knockon.serving.affinity import files_of, load_model, read_description
    from knockon.serving.screen import ScreenModel

    description = read_description(folder)
    if description.kind != "dual":
        raise KnockonError(
            f"{folder}: is of kind {description.kind}, which scores pair by pair; a screen needs two towers: "
            "give --model dual_joint, dual_contrastive or dual_regression"
        )

    def network() -> "NetworkModel":
        from knockon.models.binding.network_model import NetworkModel

        model = load_model(folder, description)
        assert isinstance(model, NetworkModel)
        return model

    return ScreenModel(read_scorer(files_of(folder), description.settings), network, cache), description


def _write(out: Path, found: "Screened", description: "AffinityDescription") -> None:
    from knockon.commands.predict.aside import write_csv

    name = "pk" if description.unit == "pK" else description.unit.lower()
    half = description.quantiles.get(_LEVEL)
    rows: list[tuple[str | int, ...]] = []
    for hits in found.hits:
        of_hits = zip(hits.ids, hits.smiles, hits.scores.tolist(), hits.lines.tolist(), strict=True)
        for rank, (identity, smiles, score, line) in enumerate(of_hits, 1):
            ends = ("", "") if half is None else (f"{score - half:.4f}", f"{score + half:.4f}")
            rows.append((hits.protein, rank, identity, smiles, f"{score:.4f}", *ends, line))
    write_csv(out, ("protein", "rank", "id", "smiles", name, "low", "high", "line"), rows)


def _tell(out: Path, found: "Screened", description: "AffinityDescription") -> None:
    from knockon.commands.printing import print_plain

    for hits in found.hits:
        print_plain(f"{hits.protein}: {_first(hits)}")
    if found.cut:
        print_plain(f"{found.cut:,} molecules are longer than the model takes: it reads their beginning")
    print_plain(
        f"written to {out}: hits among {found.molecules:,} molecules ({found.embedded:,} embedded anew), "
        f"{description.unit} by {description.name}, trained on {description.source}/{description.split}"
    )


def _first(hits: "Hits") -> str:
    scores = hits.scores[:_SHOWN].tolist()
    return ", ".join(f"{name} {score:.2f}" for name, score in zip(hits.ids[:_SHOWN], scores, strict=True))
