"""`knockon cells …`: a model of a person's own transcriptomes, and what it is asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from knockon.commands.lazy import command_group
from knockon.errors import KnockonError

if TYPE_CHECKING:
    from knockon.serving.cells import FittedCells
    from knockon.serving.cells_files import HowToRead

app = command_group()

Samples = Annotated[
    Path, typer.Option(help="Expression: .csv, .tsv, .gct, .h5ad, ARCHS4's .h5, or reads in .rda; plain or .gz.")
]
Model = Annotated[Path, typer.Option(help="Folder that `knockon cells fit` wrote.")]
Out = Annotated[Path, typer.Option(help="Folder for tables and plots.")]
Scale = Annotated[str | None, typer.Option(help="counts, tpm, linear or log2; told from the values where left out.")]
Orientation = Annotated[str | None, typer.Option(help="genes_in_rows or samples_in_rows, where names don't tell.")]
Layer = Annotated[str | None, typer.Option(help="Of an .h5ad: the layer to read, in place of X.")]
Network = Annotated[Path | None, typer.Option(help="Edges: regulator, target, sign; or DoRothEA's .rda.")]


@app.callback()
def cells() -> None:
    """Transcriptomes of your own: fit a model, reconstruct, knock genes out, find regulators."""


def _started(*files: Path | None, scale: str | None, orientation: str | None, layer: str | None) -> "HowToRead":
    """Refuse what can be refused before anything heavy is imported."""
    from knockon.hiding import without_pandas

    without_pandas()
    from knockon.serving.cells_files import HowToRead, check_file

    for path in files:
        if path is not None:
            check_file(path)
    return HowToRead(scale, orientation, layer)


def _fitted(model: Path) -> "FittedCells":
    if not model.is_dir():
        raise KnockonError(f"{model}: no such folder: run `knockon cells fit` first")
    from knockon.serving.cells import FittedCells

    return FittedCells(model)


@app.command("fit")
def fit_command(
    samples: Samples,
    out: Annotated[Path, typer.Option(help="Folder for the model; replaced as a whole.")],
    groups: Annotated[
        str | None, typer.Option(help="Column of the samples, or a table of sample and group: what is held out whole.")
    ] = None,
    network: Network = None,
    genes: Annotated[
        Path | None,
        typer.Option(help="Ids of genes and their symbols: a table of ids first, with a column symbol or gene_name."),
    ] = None,
    knockouts: Annotated[
        Path | None,
        typer.Option(help="Measured knock-outs: a table of sample and deleted, maybe strain and condition."),
    ] = None,
    scale: Scale = None,
    orientation: Orientation = None,
    layer: Layer = None,
    steps: Annotated[int, typer.Option(help="Of the training.", min=1)] = 200,
    width: Annotated[int, typer.Option(help="Of the latent state, at most.", min=1)] = 50,
    seed: Annotated[int, typer.Option(help="Of folds and weights.", min=0)] = 1,
) -> None:
    """Fit a model of a compendium; print its centred R² on held-out groups beside PCA and the gene mean.

    A run that was stopped goes on with the same command.
    """
    how = _started(samples, network, genes, knockouts, scale=scale, orientation=orientation, layer=layer)
    from knockon.commands.cells.answers import Beside, fit

    fit(samples, out, Beside(groups, network, genes, knockouts), how, steps, width, seed)


@app.command("reconstruct")
def reconstruct_command(
    model: Model,
    samples: Samples,
    out: Out,
    scale: Scale = None,
    orientation: Orientation = None,
    layer: Layer = None,
) -> None:
    """Give samples back through the model: genes that the file lacks are told from the others."""
    how = _started(samples, scale=scale, orientation=orientation, layer=layer)
    found = _fitted(model)
    from knockon.commands.cells.answers import reconstruct

    reconstruct(found, samples, out, how)


@app.command("knockout")
def knockout_command(
    model: Model,
    gene: Annotated[list[str], typer.Option(help="A gene to be knocked out; several are knocked out together.")],
    samples: Samples,
    out: Out,
    network: Network = None,
    scale: Scale = None,
    orientation: Orientation = None,
    layer: Layer = None,
) -> None:
    """Knock genes out in samples, virtually: what each other gene is expected to change."""
    how = _started(samples, network, scale=scale, orientation=orientation, layer=layer)
    found = _fitted(model)
    from knockon.commands.cells.answers import knockout

    knockout(found, gene, samples, out, network, how)


@app.command("regulators")
def regulators_command(
    model: Model,
    samples: Samples,
    against: Annotated[Path, typer.Option(help="Expression of the normal state, as --samples.")],
    out: Out,
    network: Network = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="Test pairs of the first regulators for cooperation.")] = False,
    per_sample: Annotated[bool, typer.Option("--per-sample", help="Rank the regulators of each sample, too.")] = False,
    scale: Scale = None,
    orientation: Orientation = None,
    layer: Layer = None,
    seed: Annotated[int, typer.Option(help="Of permutations.", min=0)] = 1,
) -> None:
    """Rank regulators by how far their knock-out moves samples towards the normal state."""
    how = _started(samples, against, network, scale=scale, orientation=orientation, layer=layer)
    found = _fitted(model)
    from knockon.commands.cells.answers import regulators

    regulators(found, samples, against, out, network, how, pairs, per_sample, seed)
