"""The two WASI calls that this server answers itself: writing to stdout and stderr, and exiting.

wasmtime's own stdout hides where one write ends and the next begins, and its `proc_exit` refuses codes above 125.
Host functions never raise: the binding keeps the last exception for all threads together. So `proc_exit` is a wasm
function that notes the code and traps.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from wasmtime import Caller, Func, FuncType, Instance, Linker, Memory, Module, Store, ValType, wat2wasm

WASI = "wasi_snapshot_preview1"
KEPT_BYTES = 64 << 20
_EBADF, _EFAULT, _ESUCCESS = 8, 21, 0

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
    """Defines WASI in a linker, with the recorder's two calls in place of wasmtime's."""

    def __init__(self, linker: Linker, exit_module: Module, file_write: Module, recorder: Recorder) -> None:
        self._linker = linker
        self._exit_module = exit_module
        self._file_write = file_write
        self._recorder = recorder
        self._to_file: Func | None = None

    def define(self, store: Store) -> None:
        i32 = ValType.i32
        self._linker.allow_shadowing = True
        self._linker.define_wasi()
        self._plain = self._linker.get(store, WASI, "fd_write")
        self._linker.define_func("devnet", "exited", FuncType([i32()], []), self._recorder.exited)
        exit_instance: Instance = self._linker.instantiate(store, self._exit_module)
        self._linker.define(store, WASI, "proc_exit", exit_instance.exports(store)["proc_exit"])
        write = FuncType([i32(), i32(), i32(), i32()], [i32()])
        self._linker.define_func(WASI, "fd_write", write, self._fd_write, access_caller=True)

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
