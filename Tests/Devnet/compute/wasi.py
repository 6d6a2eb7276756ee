"""The WASI calls that this server answers itself: writing to stdout and stderr, exiting, and sleeping.

wasmtime's own stdout hides where one write ends and the next begins, its `proc_exit` refuses codes above 125, and its
`poll_oneoff` cannot be interrupted.
Host functions never raise: the binding keeps the last exception for all threads together. So `proc_exit` is a wasm
function that notes the code and traps.
"""

from __future__ import annotations

import struct
import threading
from dataclasses import dataclass, field

from wasmtime import Caller, Func, FuncType, Instance, Linker, Memory, Module, Store, ValType, wat2wasm

from . import sleeping

WASI = "wasi_snapshot_preview1"
KEPT_BYTES = 64 << 20
_EFAULT, _EINVAL, _ESUCCESS = 21, 28, 0

_EXIT = """(module
 (import "devnet" "exited" (func $exited (param i32)))
 (func (export "proc_exit") (param i32) (call $exited (local.get 0)) unreachable))"""

_FILE_WRITE = """(module
 (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
 (import "devnet" "memory" (memory 0))
 (export "memory" (memory 0))
 (func (export "fd_write") (param i32 i32 i32 i32) (result i32)
  (call $write (local.get 0) (local.get 1) (local.get 2) (local.get 3))))"""

EXIT_WASM = bytes(wat2wasm(_EXIT))
FILE_WRITE_WASM = bytes(wat2wasm(_FILE_WRITE))


@dataclass
class Recorder:
    """What one run wrote, write by write, and the code it exited with (None: it has not called `proc_exit`)."""

    exit_code: int | None = None
    writes: dict[int, list[bytes]] = field(default_factory=lambda: {1: [], 2: []})
    kept: int = 0

    def record(self, stream: int, data: bytes) -> None:
        """Keeps one write; what goes beyond the limit of all writes together is dropped."""
        if data and self.kept + len(data) <= KEPT_BYTES:
            self.writes[stream].append(data)
            self.kept += len(data)

    def exited(self, code: int) -> None:
        self.exit_code = code & 0xFFFFFFFF


class Calls:
    """Defines WASI in a linker, with this module's calls in place of wasmtime's."""

    def __init__(
        self,
        linker: Linker,
        exit_module: Module,
        file_write: Module,
        recorder: Recorder,
        interrupt: threading.Event,
    ) -> None:
        self._linker = linker
        self._exit_module = exit_module
        self._file_write = file_write
        self._recorder = recorder
        self._interrupt = interrupt
        self._to_file: Func | None = None

    def define(self, store: Store) -> None:
        i32 = ValType.i32
        self._linker.allow_shadowing = True
        self._linker.define_wasi()
        self._plain = self._linker.get(store, WASI, "fd_write")
        self._linker.define_func("devnet", "exited", FuncType([i32()], []), self._recorder.exited)
        exit_instance: Instance = self._linker.instantiate(store, self._exit_module)
        self._linker.define(store, WASI, "proc_exit", exit_instance.exports(store)["proc_exit"])
        four = FuncType([i32(), i32(), i32(), i32()], [i32()])
        self._linker.define_func(WASI, "fd_write", four, self._fd_write, access_caller=True)
        self._linker.define_func(WASI, "poll_oneoff", four, self._poll_oneoff, access_caller=True)

    def _fd_write(self, caller: Caller, fd: int, vectors: int, count: int, written: int) -> int:
        memory = caller.get("memory")
        if not isinstance(memory, Memory):
            return _EFAULT
        try:
            if fd not in (1, 2):
                return self._write_file(caller, memory, (fd, vectors, count, written))
            return self._record(caller, memory, fd, vectors, count, written)
        except Exception:
            return _EFAULT

    def _poll_oneoff(self, caller: Caller, asked: int, events: int, count: int, found: int) -> int:
        memory = caller.get("memory")
        if not isinstance(memory, Memory):
            return _EFAULT
        try:
            return self._sleep(caller, memory, asked, events, count, found)
        except Exception:
            return _EFAULT

    def _sleep(self, caller: Caller, memory: Memory, asked: int, events: int, count: int, found: int) -> int:
        size = memory.data_len(caller)
        asked, events, count, found = (value & 0xFFFFFFFF for value in (asked, events, count, found))
        if sleeping.is_too_many(count):
            return _EINVAL
        end = asked + count * sleeping.SUBSCRIPTION_BYTES
        if end > size or events + count * sleeping.EVENT_BYTES > size or found + 4 > size:
            return _EFAULT
        due = sleeping.wait(sleeping.subscriptions(bytes(memory.read(caller, asked, end))), self._interrupt)
        memory.write(caller, due, events)
        memory.write(caller, struct.pack("<I", len(due) // sleeping.EVENT_BYTES), found)
        return _ESUCCESS

    def _record(self, caller: Caller, memory: Memory, fd: int, vectors: int, count: int, written: int) -> int:
        size = memory.data_len(caller)
        vectors, count, written = (value & 0xFFFFFFFF for value in (vectors, count, written))
        if vectors + 8 * count > size or written + 4 > size:
            return _EFAULT
        total = 0
        for index in range(count):
            at = vectors + 8 * index
            start, length = struct.unpack("<II", memory.read(caller, at, at + 8))
            if start + length > size:
                return _EFAULT
            self._recorder.record(fd, bytes(memory.read(caller, start, start + length)))
            total += length
        memory.write(caller, struct.pack("<I", total & 0xFFFFFFFF), written)
        return _ESUCCESS

    def _write_file(self, caller: Caller, memory: Memory, arguments: tuple[int, int, int, int]) -> int:
        """wasmtime's own `fd_write`, called from a module that exports the guest's memory as its own."""
        if self._to_file is None:
            instance = Instance(caller, self._file_write, [self._plain, memory])
            self._to_file = instance.exports(caller)["fd_write"]  # type: ignore[assignment]
        assert self._to_file is not None
        return int(self._to_file(caller, *arguments))
