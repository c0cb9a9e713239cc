"""torch-geometric's convolutions, imported in one place: it takes seconds, and warns of what its users can't mend."""

import warnings

with warnings.catch_warnings():
    # It uses a part of torch that will go; that is no news for who trains a model or asks for a prediction.
    warnings.filterwarnings("ignore", category=FutureWarning, module="torch.jit")
    from torch_geometric.nn import GATv2Conv, GINEConv, HeteroConv, SimpleConv, TransformerConv

__all__ = ["GATv2Conv", "GINEConv", "HeteroConv", "SimpleConv", "TransformerConv"]
