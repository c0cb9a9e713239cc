"""The losses written as plain loops over rows, heads and bins, straight from their formulas."""

import torch
from torch import Tensor


def present(mask: Tensor) -> list[tuple[int, int]]:
    rows, heads = mask.shape
    return [(row, head) for row in range(rows) for head in range(heads) if mask[row, head]]


def true_bin(value: float, edges: Tensor) -> int:
    return sum(1 for edge in edges.tolist() if value > edge)


def squared_error(outputs, target, mask, mean, scale) -> Tensor:
    total = torch.zeros((), dtype=outputs.dtype)
    for row, head in present(mask):
        total = total + (outputs[row, head, 0] - (target[row, head] - mean[head]) / scale[head]) ** 2
    return total / len(present(mask))


def huber(outputs, target, mask, mean, scale, delta) -> Tensor:
    total = torch.zeros((), dtype=outputs.dtype)
    for row, head in present(mask):
        residual = abs(outputs[row, head, 0] - (target[row, head] - mean[head]) / scale[head])
        total = total + (0.5 * residual**2 if residual <= delta else delta * (residual - 0.5 * delta))
    return total / len(present(mask))


def soft_label(outputs, target, mask, edges, width) -> Tensor:
    total = torch.zeros((), dtype=outputs.dtype)
    bins = outputs.shape[2]
    for row, head in present(mask):
        centre = true_bin(target[row, head].item(), edges[head])
        bells = [torch.tensor(-((k - centre) ** 2) / (2 * width**2), dtype=outputs.dtype).exp() for k in range(bins)]
        scores = [outputs[row, head, k].exp() for k in range(bins)]
        for k in range(bins):
            total = total - bells[k] / sum(bells) * (scores[k] / sum(scores)).log()
    return total / len(present(mask))


def ordinal(outputs, target, mask, edges, thresholds) -> Tensor:
    total = torch.zeros((), dtype=outputs.dtype)
    for row, head in present(mask):
        label = true_bin(target[row, head].item(), edges[head])
        for k in range(thresholds.shape[1]):
            chance = 1 / (1 + (thresholds[head, k] - outputs[row, head, 0]).exp())
            total = total - (chance.log() if label > k else (1 - chance).log())
    return total / len(present(mask))


def ordinal_entropy(outputs, target, mask, features, mean, scale, diversity, tightness) -> Tensor:
    """One head at a time, weighted by the head's rows."""
    total = squared_error(outputs, target, mask, mean, scale)
    for head in range(target.shape[1]):
        rows = [row for row in range(len(target)) if mask[row, head]]
        if not rows:
            continue
        unit = {row: features[row] / features[row].norm() for row in rows}
        labels = sorted({target[row, head].item() for row in rows})
        members = [[row for row in rows if target[row, head].item() == label] for label in labels]
        centres = [sum(unit[row] for row in group) / len(group) for group in members]
        apart = torch.zeros((), dtype=outputs.dtype)
        for i in range(len(labels)):
            for j in range(len(labels)):
                if i != j:
                    apart = (
                        apart + ((labels[i] - labels[j]) / scale[head]) ** 2 * ((centres[i] - centres[j]) ** 2).sum()
                    )
        near = torch.zeros((), dtype=outputs.dtype)
        for group, centre in zip(members, centres, strict=True):
            for row in group:
                near = near + ((unit[row] - centre) ** 2).sum()
        spread = -apart / (len(labels) * (len(labels) - 1)) if len(labels) > 1 else apart
        total = total + (diversity * spread + tightness * near / len(rows)) * len(rows) / len(present(mask))
    return total
