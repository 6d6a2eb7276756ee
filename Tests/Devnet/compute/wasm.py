"""Running one WASM module with limits on memory and time."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from wasmtime import Config, Engine, Func, Linker, Module, Store, Trap, TrapCode, WasiConfig, WasmtimeError

from .wasi import EXIT_WASM, FILE_WRITE_WASM, Calls, Recorder

_CACHED_MODULES = 64
_PLAIN_RETURN = -1

_TRAPS = {
    TrapCode.UNREACHABLE: "unreachable",
    TrapCode.MEMORY_OUT_OF_BOUNDS: "out of bounds memory access",
    TrapCode.TABLE_OUT_OF_BOUNDS: "invalid table access",
    TrapCode.INDIRECT_CALL_TO_NULL: "invalid table access",
    TrapCode.BAD_SIGNATURE: "indirect call type mismatch",
    TrapCode.INTEGER_OVERFLOW: "integer overflow",
    TrapCode.INTEGER_DIVISION_BY_ZERO: "integer divide by zero",
    TrapCode.BAD_CONVERSION_TO_INTEGER: "invalid conversion to integer",
    TrapCode.STACK_OVERFLOW: "stack overflow",
}


class ProgramError(Exception):
    """A program that could not be started or trapped; the text is the execution's message."""


class Interrupted(Exception):
    """A program that was stopped from outside."""


@dataclass(frozen=True)
class Program:
    """What to run. `name` is the module's path for messages, `memory` its limit in bytes, `root` the guest's `/`."""

    module: bytes
    name: str
    entrypoint: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    memory: int
    root: str
    interrupt: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Outcome:
    """What a program that ended by itself left; a plain return has exit code -1, as Bacalhau reports it."""

    exit_code: int
    stdout: list[bytes]
    stderr: list[bytes]


class Slot:
    """An engine that runs one program at a time, with a cache of compiled modules.

    Each has its own engine, so that raising its epoch stops its program and no other, and nothing ticks while idle.
    """

    def __init__(self) -> None:
        config = Config()
        config.epoch_interruption = True
        config.cranelift_opt_level = "none"
        config.parallel_compilation = False
        self._engine = Engine(config)
        self._exit_module = Module(self._engine, EXIT_WASM)
        self._file_write = Module(self._engine, FILE_WRITE_WASM)
        self._modules: OrderedDict[bytes, Module] = OrderedDict()

    def stop(self, program: Program) -> None:
        """Ends the program; also before it has started. Called from another thread."""
        program.interrupt.set()
        self._engine.increment_epoch()

    def run(self, program: Program) -> Outcome:
        """Runs to the end; raises ProgramError or Interrupted."""
        module = self._compiled(program)
        store = self._store(program)
        recorder = Recorder()
        linker = Linker(self._engine)
        Calls(linker, self._exit_module, self._file_write, recorder, program.interrupt).define(store)
        store.set_epoch_deadline(1)
        if program.interrupt.is_set():
            raise Interrupted
        entry = self._entry(linker, store, module, program)
        failure = _call(entry, store)
        # A guest that was woken from its sleep by the interrupt may reach its end before the epoch is raised.
        if program.interrupt.is_set():
            raise Interrupted
        if recorder.exit_code is None and failure is not None:
            raise failure
        code = _PLAIN_RETURN if recorder.exit_code is None else recorder.exit_code
        return Outcome(code, recorder.writes[1], recorder.writes[2])

    def _compiled(self, program: Program) -> Module:
        key = hashlib.sha256(program.module).digest()
        module = self._modules.get(key)
        if module is None:
            module = self._modules[key] = _compile(self._engine, program)
            if len(self._modules) > _CACHED_MODULES:
                self._modules.popitem(last=False)
        self._modules.move_to_end(key)
        return module

    def _store(self, program: Program) -> Store:
        wasi = WasiConfig()
        wasi.argv = ["", *program.arguments]
        wasi.env = list(program.environment.items())
        wasi.preopen_dir(program.root, "/")
        store = Store(self._engine)
        store.set_wasi(wasi)
        store.set_limits(memory_size=program.memory, table_elements=1 << 20, instances=8, tables=8, memories=8)
        return store

    def _entry(self, linker: Linker, store: Store, module: Module, program: Program) -> Func:
        try:
            exports = linker.instantiate(store, module).exports(store)
        except (WasmtimeError, Trap) as error:
            if program.interrupt.is_set():
                raise Interrupted from None
            raise ProgramError(f"failed to instantiate module: {_first_line(error)}") from None
        entry = exports.get(program.entrypoint)
        if not isinstance(entry, Func):
            raise ProgramError(f"unable to find the entrypoint '{program.entrypoint}' in the WASM module")
        return entry


def _compile(engine: Engine, program: Program) -> Module:
    prefix = f'failed to load entry module {program.name}: failed to compile module at "{program.name}": '
    if program.module[:4] != b"\0asm":
        raise ProgramError(prefix + "invalid magic number")
    try:
        return Module(engine, program.module)
    except WasmtimeError as error:
        raise ProgramError(prefix + _first_line(error)) from None


def _call(entry: Func, store: Store) -> ProgramError | None:
    try:
        entry(store)
    except Trap as trap:
        return ProgramError(_trap_text(trap))
    except (WasmtimeError, TypeError) as error:
        return ProgramError(_first_line(error))
    return None


def _trap_text(trap: Trap) -> str:
    code = trap.trap_code
    cause = _TRAPS.get(code, "trap") if code is not None else _first_line(trap)
    frames = "".join(f"\n\t.{frame.func_name or f'${frame.func_index}'}()" for frame in trap.frames)
    return f"wasm error: {cause}\nwasm stack trace:{frames}"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
