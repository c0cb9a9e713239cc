#!/usr/bin/env bash
# accelerate 1.15.0: without a GPU, an Accelerator that is given an FSDP plugin makes plain data parallel of it, without a
# word. `prepare` returns a DistributedDataParallel (type MULTI_CPU) and every process holds all weights, which is what the
# plugin was to prevent. torch's own fully_shard, over a gloo mesh of the same two processes, gives each of them half.
#
# Seen on 2026-11-30 (accelerate 1.15.0, torch 2.15.0, Linux): 1,000,000 of 1,000,000 weights in both processes with the
# plugin, 500,000 with fully_shard, and no warning. Exits 1 once accelerate shards, or says that it does not.
#
# usage: accelerate_fsdp_on_cpu_does_not_shard.sh   (downloads torch: some gigabytes)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check accelerate==1.15.0 torch==2.15.0
cat > "$folder/held.py" <<'PYTHON'
import os

import torch
from accelerate import Accelerator, FullyShardedDataParallelPlugin
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard


def held(module: torch.nn.Module) -> int:
    return sum(getattr(each, "to_local", lambda each=each: each)().numel() for each in module.parameters())


accelerator = Accelerator(cpu=True, fsdp_plugin=FullyShardedDataParallelPlugin(fsdp_version=2))
module = torch.nn.Linear(1000, 1000, bias=False)
plugin = accelerator.prepare(module, torch.optim.AdamW(module.parameters()))[0]
own = fully_shard(torch.nn.Linear(1000, 1000, bias=False), mesh=init_device_mesh("cpu", (2,)))
if accelerator.is_main_process:
    print(f"{accelerator.distributed_type} {type(plugin).__name__}: {held(plugin)} weights in this process of 2")
    print(f"fully_shard: {held(own)} weights in this process of 2", flush=True)
accelerator.wait_for_everyone()
torch.distributed.destroy_process_group()
os._exit(0 if held(plugin) == 1_000_000 and held(own) == 500_000 else 1)
PYTHON
launch=("$folder/venv/bin/accelerate" launch --multi_gpu --num_machines 1 --num_processes 2 --mixed_precision no)
CUDA_VISIBLE_DEVICES= "${launch[@]}" --dynamo_backend no --main_process_port 0 "$folder/held.py" > "$folder/out" 2> "$folder/err"
cat "$folder/out"
if grep -iE "fsdp|shard" "$folder/err"; then
    echo "it does say so"
    exit 1
fi
