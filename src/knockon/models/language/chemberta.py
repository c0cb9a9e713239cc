"""How ChemBERTa reads a SMILES: by atoms, as the language models that are trained here do."""

from knockon.models.tokens import smiles_tokens
from knockon.represent.token_forms import TokenForm

# Ahmad et al. 2022, arXiv:2209.01712 (ChemBERTa-2: DeepChem/ChemBERTa-77M-MLM and -MTR, ChemBERTa-5M…). Its vocabulary
# is that of atoms, [C@@H] one of them, but the tokenizer beside the weights has no merges: it cuts Cl into C and l.
CHEMBERTA = TokenForm(
    "smiles",
    "RobertaModel",
    smiles_tokens,
    ("C", "c", "N", "n", "O", "S", "F", "Cl", "Br", "(", ")", "=", "#", "1", "2"),
    "[UNK]",
    "[CLS]",
    "[SEP]",
    510,
    padding="[PAD]",
)
"""The second version's form. The first (seyonec/ChemBERTa-zinc-base-v1) reads pairs of bytes: another vocabulary."""
