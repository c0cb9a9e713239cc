"""The processes that train together, behind Accelerate: one on a laptop, many under a launcher; the loop can't tell."""

import torch
from torch import Tensor

from knockon.errors import KnockonError
from knockon.training.settings import TrainingSettings


class Processes:
    """This process and its peers. Collective calls must be made by all of them, in the same order."""

    def __init__(self, settings: TrainingSettings) -> None:
        # Takes seconds to import: a model that only predicts does not wait for it.
        from accelerate import Accelerator
        from accelerate.state import AcceleratorState

        # `cpu=True` is what makes Accelerate start gloo under its multi-process launcher on a machine without a GPU.
        cpu = settings.device == "cpu" or not torch.cuda.is_available()
        half = not cpu and (
            settings.precision == "bf16" or (settings.precision == "auto" and torch.cuda.is_bf16_supported())
        )
        # One process may train several models after another, each with its own precision.
        AcceleratorState._reset_state()
        self.accelerator = Accelerator(cpu=cpu, mixed_precision="bf16" if half else "no")
        self.precision = "bf16" if half else "float32"
        self.rank: int = self.accelerator.process_index
        self.count: int = self.accelerator.num_processes
        self.device: torch.device = self.accelerator.device
        if self.count != settings.processes:
            raise KnockonError(
                f"training.processes is {settings.processes}, but {self.count} are running: "
                "start the run through knockon.training.launch"
            )

    @property
    def is_main(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def sum(self, values: Tensor) -> list[float]:
        """Sum of a small tensor over all processes."""
        total: Tensor = self.accelerator.reduce(values, "sum")
        return [float(value) for value in total.tolist()]

    def gather(self, rows: Tensor) -> Tensor:
        """Rows of all processes, in the order of their ranks; every process must hold as many, on its device."""
        gathered: Tensor = self.accelerator.gather(rows)
        return gathered

    def from_main(self, values: list[float]) -> list[float]:
        """The values that the main process holds: decisions must not hang on the last digit of another machine."""
        from accelerate.utils import broadcast

        sent: Tensor = broadcast(torch.tensor(values, dtype=torch.float64, device=self.device))
        return [float(value) for value in sent.tolist()]

    def all_agree(self, error: KnockonError | None) -> None:
        """Raise on every process where one of them failed, so that none waits for a process that is gone."""
        failed = self.sum(torch.tensor([float(error is not None)], dtype=torch.float64, device=self.device))[0]
        if error is not None:
            raise error
        if failed:
            raise KnockonError("another process of this run failed; its message says why")
