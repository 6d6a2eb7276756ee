"""Servers of the devnet as child processes: each says on a line when it is ready, and ends with its standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
STOP_SECONDS = 30


class Server:
    """One server; `ready` is what it said. However this process ends, the server's input ends with it."""

    def __init__(self, module: str, *options: str) -> None:
        self.module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *options],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C in the terminal is for the devnet, which then stops its servers in order
        )
        self.ready: dict[str, Any] = {}

    def wait_until_ready(self) -> dict[str, Any]:
        """Reads the ready line; raises where the server ended instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.module} ended with status {self._process.wait()} before it was ready")
        self.ready = json.loads(line)
        return self.ready

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        """Ends the input, waits, and kills what does not end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
