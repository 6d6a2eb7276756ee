"""Resources of a job and of a node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import quantities


@dataclass(frozen=True)
class Resources:
    """CPU in cores, memory and disk in bytes, whole GPUs."""

    cpu: float = 0.0
    memory: int = 0
    disk: int = 0
    gpu: int = 0

    @staticmethod
    def of_task(task: dict[str, Any]) -> Resources:
        """What a validated task asks for."""
        asked = task["Resources"]
        return Resources(
            quantities.cpu(asked["CPU"]) or 0.0,
            quantities.size(asked["Memory"]) or 0,
            quantities.size(asked.get("Disk", "0")) or 0,
            quantities.gpu(asked.get("GPU", "0")) or 0,
        )

    def __add__(self, other: Resources) -> Resources:
        return Resources(
            round(self.cpu + other.cpu, 6), self.memory + other.memory, self.disk + other.disk, self.gpu + other.gpu
        )

    def __sub__(self, other: Resources) -> Resources:
        return Resources(
            round(self.cpu - other.cpu, 6), self.memory - other.memory, self.disk - other.disk, self.gpu - other.gpu
        )

    def fits(self, room: Resources) -> bool:
        return self.cpu <= room.cpu and self.memory <= room.memory and self.disk <= room.disk and self.gpu <= room.gpu

    def view(self) -> dict[str, Any]:
        """As the node list shows it; zeros are left out."""
        shown = {"CPU": self.cpu, "Memory": self.memory, "Disk": self.disk, "GPU": self.gpu}
        return {key: value for key, value in shown.items() if value}

    def __str__(self) -> str:
        memory, disk = quantities.human_bytes(self.memory), quantities.human_bytes(self.disk)
        return f"{{CPU: {self.cpu:.2f}, Memory: {memory}, Disk: {disk}, GPU: {self.gpu}}}"
