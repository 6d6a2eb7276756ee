"""The folder in which one execution sees its inputs and leaves its results."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType

from .unixfs import Symlink, Tree


class Workspace:
    """A temporary folder that is the guest's `/`: inputs at their targets, one folder a result path, by its name."""

    def __init__(self, inputs: dict[str, bytes | Tree], results: list[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="compute-", ignore_cleanup_errors=True)
        self.root = self._folder.name
        self._results = results
        for target, content in inputs.items():
            _write(self._inside(target), content)
        for name in results:
            self._inside(name).mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def results(self) -> Tree:
        """The result folders as they are now."""
        return {name: _entry(self._inside(name)) for name in self._results}

    def _inside(self, path: str) -> Path:
        return Path(self.root) / os.path.normpath("/" + path).lstrip("/")


def _write(place: Path, content: bytes | Tree) -> None:
    if isinstance(content, bytes):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return
    place.mkdir(parents=True, exist_ok=True)
    for name, entry in content.items():
        if not isinstance(entry, Symlink):
            _write(place / name, entry)


def _read(folder: Path) -> Tree:
    return {place.name: _entry(place) for place in folder.iterdir()}


def _entry(place: Path) -> Tree | bytes | Symlink:
    if place.is_symlink():
        return Symlink(os.readlink(place).encode())
    if place.is_dir():
        return _read(place)
    return place.read_bytes() if place.is_file() else {}
