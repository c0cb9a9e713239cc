"""`knockon predict affinity`: how strongly molecules bind proteins, and how far to believe it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from knockon.errors import KnockonError
from knockon.stages.affinity import paths

if TYPE_CHECKING:
    from knockon.serving.affinity import AffinityDescription, ServedAffinity
    from knockon.serving.affinity_file import PairFile
    from knockon.serving.affinity_inputs import Protein

_LEVEL = 0.9
_RESIDUES = 30


def predict_affinity(
    smiles: Annotated[list[str] | None, typer.Option(help="A molecule; give the option again for another.")] = None,
    sequence: Annotated[str | None, typer.Option(help="A protein's residues.")] = None,
    fasta: Annotated[Path | None, typer.Option(help="Proteins, in place of --sequence.")] = None,
    many: Annotated[
        Path | None, typer.Option("--csv", help="Many pairs: a CSV with columns smiles and sequence; others are kept.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="With --csv: the same CSV with pk, low and high.")] = None,
    model: Annotated[str, typer.Option(help="Which trained model.")] = "boosted",
    directory: Annotated[Path, typer.Option(help="Root of a clone of the repository.")] = Path(),
) -> None:
    """Predict how strongly molecules bind proteins, with a 90 % interval.

    Beside it stand the nearest training pairs, and how much the nearest molecule and protein of training are like
    yours: where little is, believe the interval no more than the number.
    """
    from knockon.commands.predict.aside import check_target
    from knockon.commands.predict.files import clone_in
    from knockon.hiding import without_pandas

    without_pandas()
    # What is wrong with the question is told before PyTorch or LightGBM is imported, which takes seconds.
    if many is not None:
        if smiles or sequence or fasta or out is None:
            raise KnockonError("give --csv with --out, and neither --smiles, --sequence nor --fasta")
        check_target(out)
        clone_in(directory)
        _answer_file(directory / paths.MODELS / model, many, out)
        return
    if not smiles or (sequence is None) == (fasta is None):
        raise KnockonError("give --smiles with --sequence or --fasta, or --csv with --out")
    if out is not None:
        raise KnockonError("--out goes with --csv; answers to --smiles are printed")
    clone_in(directory)
    molecules = _molecules(smiles)
    proteins = _proteins(sequence, fasta)
    _answer(directory / paths.MODELS / model, molecules, proteins)


def _molecules(smiles: list[str]) -> list[str]:
    from knockon.serving.affinity_inputs import trained_form
    from knockon.sources.affinity.molecules import MoleculeError

    forms = []
    for text in smiles:
        try:
            forms.append(trained_form(text))
        except MoleculeError as error:
            raise KnockonError(f"--smiles {text[:60]!r}: {error}") from error
    return forms


def _proteins(sequence: str | None, fasta: Path | None) -> "tuple[Protein, ...]":
    from knockon.commands.printing import print_plain
    from knockon.serving.affinity_inputs import protein_of, read_proteins

    if fasta is None:
        return (protein_of("--sequence", sequence or ""),)
    read = read_proteins(fasta)
    for row in read.rejects.to_pylist():
        print_plain(f"{fasta}: {row['value']} is left out: {row['reason']}")
    return read.known


def _half_width(description: "AffinityDescription") -> float | None:
    """Half the width of the interval; None where validation had too few rows for one."""
    return description.quantiles.get(f"{_LEVEL:g}")


def _answer(folder: Path, molecules: list[str], proteins: "tuple[Protein, ...]") -> None:
    from knockon.commands.printing import plain_table, print_plain
    from knockon.serving.affinity import load_served, read_description
    from knockon.serving.affinity_inputs import said_of
    from knockon.serving.affinity_question import asked_pairs, predict_pairs

    description = read_description(folder)
    for line in said_of(proteins):
        print_plain(line)
    served = load_served(folder, description)
    pairs = [(smiles, protein) for protein in proteins for smiles in molecules]
    asked = asked_pairs([smiles for smiles, _ in pairs], [protein.sequence for _, protein in pairs])
    half = _half_width(description)
    table = plain_table("molecule", "protein", description.unit, f"{_LEVEL:.0%} interval")
    for (smiles, protein), value in zip(pairs, predict_pairs(served, asked).tolist(), strict=True):
        interval = "–" if half is None else f"[{value - half:.2f}, {value + half:.2f}]"
        table.add_row(smiles, protein.name, f"{value:.2f}", interval)
    print_plain(table)
    print_plain(f"by {description.name}, trained on {description.source}/{description.split}")
    for smiles, protein in pairs:
        _tell_near(served, smiles, protein)


def _tell_near(served: "ServedAffinity", smiles: str, protein: "Protein") -> None:
    """How far outside training a pair is, and which training pairs are nearest."""
    from knockon.commands.printing import print_plain
    from knockon.serving.affinity_question import surroundings

    near = surroundings(served, smiles, protein.sequence)
    print_plain(
        f"{smiles} and {protein.name}: nearest molecule of training at Tanimoto {near.ligand:.2f}, "
        f"nearest protein shares {near.protein:.0%} of its 6-mers"
    )
    for pair in near.pairs:
        print_plain(
            f"  trained: {pair.value}  {pair.smiles} (Tanimoto {pair.ligand:.2f}), "
            f"{pair.sequence[:_RESIDUES]}… ({pair.protein:.0%} of 6-mers)"
        )
    if not near.pairs:
        print_plain("  no training pair is like it on both sides")


def _answer_file(folder: Path, many: Path, out: Path) -> None:
    from knockon.commands.predict.aside import tell_rejects
    from knockon.commands.printing import print_plain
    from knockon.serving.affinity import load_served, read_description
    from knockon.serving.affinity_file import read_pair_file
    from knockon.serving.affinity_question import asked_pairs, predict_pairs

    description = read_description(folder)
    read = read_pair_file(many)
    served = load_served(folder, description)
    values = predict_pairs(served, asked_pairs(read.smiles, read.sequences))
    _write(out, read, values.tolist(), _half_width(description))
    print_plain(
        f"written to {out}: {read.table.num_rows:,} pairs, {description.unit} by {description.name}, "
        f"trained on {description.source}/{description.split}"
    )
    tell_rejects(out, read.rejects)


def _write(out: Path, read: "PairFile", values: list[float], half: float | None) -> None:
    """The columns of the file, and pk, low, high with four digits."""
    from knockon.commands.predict.aside import write_csv
    from knockon.serving.affinity_file import ADDED

    columns = [column.to_pylist() for column in read.table.columns]
    columns.append([f"{value:.4f}" for value in values])
    columns += [[None if half is None else f"{value + side * half:.4f}" for value in values] for side in (-1, 1)]
    write_csv(out, (*read.table.column_names, *ADDED), zip(*columns, strict=True))
