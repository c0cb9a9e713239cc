"""Published language models with random weights and tiny sizes, in exactly the form in which they are published."""

import json
import pickle
from itertools import product

import torch

ESM2 = ("<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<null_1>", "<mask>")
CALM = ("<cls>", "<pad>", "<eos>", "<unk>", *("".join(codon) for codon in product("AUCG", repeat=3)), "<mask>")
NT = ("<unk>", "<pad>", "<mask>", "<cls>", *("".join(bases) for bases in product("ATCG", repeat=6)), *"ATCGN")
CHEMBERTA = (
    *("[PAD]", *(f"[unused{number}]" for number in range(1, 11)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *("c", "C", "(", ")", "O", "1", "2", "=", "N", ".", "n", "3", "F", "Cl", ">>", "~", "-", "4", "[C@H]", "S", "#"),
    *("[C@@H]", "[O-]", "Br", "s", "o", "/", "[nH]", "\\", "[N+]", "P", "I", "<s>", "</s>"),
)
PROT_T5 = ("<pad>", "</s>", "<unk>", *(f"▁{letter}" for letter in "ALGVSREDTIPKFQNYMHWCXBOUZ"))

_SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
_ESM = {
    "esm2": (ESM2, {"position_embedding_type": "rotary", "token_dropout": True, "max_position_embeddings": 1026}),
    "calm": (CALM, {"position_embedding_type": "rotary", "token_dropout": False, "max_position_embeddings": 1026}),
    "nt": (NT, {"position_embedding_type": "absolute", "token_dropout": True, "max_position_embeddings": 1002}),
}


def save_tiny(folder, family, seed=0, tokenizer=True, dtype=torch.float32, **changed):
    """Write a checkpoint of a masked language model, as the published ones are, with its vocabulary; its folder."""
    from transformers import EsmConfig, EsmForMaskedLM, T5Config, T5ForConditionalGeneration, T5Tokenizer

    torch.manual_seed(seed)
    if family == "chemberta":
        model = _tiny_chemberta(folder, tokenizer, changed)
    elif family == "prot_t5":
        sizes = {"vocab_size": 128, "d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2}
        model = T5ForConditionalGeneration(T5Config(**{**sizes, **changed}, pad_token_id=0, eos_token_id=1))
        vocabulary = [(token, 0.0 if number < 3 else -number) for number, token in enumerate(PROT_T5)]
        if tokenizer:
            T5Tokenizer(vocab=vocabulary, extra_ids=100).save_pretrained(folder)
    else:
        tokens, settings = _ESM[family]
        special = {"mask_token_id": tokens.index("<mask>"), "pad_token_id": 1}
        config = EsmConfig(**{**_SIZES, "vocab_size": len(tokens), **special, **settings, **changed})
        model = EsmForMaskedLM(config)
        if tokenizer:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "vocab.txt").write_text("\n".join(tokens))
            special = {"pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>", "cls_token": "<cls>"}
            end = None if family == "nt" else "<eos>"
            described = {"tokenizer_class": "EsmTokenizer", "eos_token": end, **special}
            (folder / "tokenizer_config.json").write_text(json.dumps(described))
    # Zero weights of biases and small ones elsewhere would make all residues alike.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    model.to(dtype).save_pretrained(folder)
    return str(folder)


def _tiny_chemberta(folder, tokenizer, changed):
    """ChemBERTa-2's form: padding is number 0 of its vocabulary and 1 of its config, and there are no merges."""
    from transformers import RobertaConfig, RobertaForMaskedLM

    if tokenizer:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(CHEMBERTA)}))
        (folder / "merges.txt").write_text("#version: 0.2 - Trained by `huggingface/tokenizers`\n")
        named = {"unk": "[UNK]", "bos": "<s>", "eos": "</s>", "sep": "[SEP]", "cls": "[CLS]", "pad": "[PAD]"}
        described = {f"{name}_token": token for name, token in {**named, "mask": "[MASK]"}.items()}
        (folder / "tokenizer_config.json").write_text(
            json.dumps({"tokenizer_class": "RobertaTokenizer", "max_len": 512, **described})
        )
    sizes = {**_SIZES, "vocab_size": len(CHEMBERTA), "max_position_embeddings": 515, "type_vocab_size": 1}
    return RobertaForMaskedLM(RobertaConfig(**{**sizes, "pad_token_id": 1, **changed}))


def save_unirep(path):
    """Random weights of UniRep-64, in the form of the published pickle; their path."""
    from knockon.represent.unirep import UniRep64

    torch.manual_seed(0)
    model = UniRep64()
    torch.nn.init.normal_(model.embedding)
    layers = []
    for layer in model.layers:
        layers += [{name: tensor.numpy() for name, tensor in layer.state_dict().items()}, ()]
    dense = (model.output.weight.detach().numpy().T.copy(), model.output.bias.detach().numpy())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps((model.embedding.detach().numpy(), *layers, dense, ())))
    return path
