"""Why a call failed, in geth's words."""

from __future__ import annotations

from typing import Any

from eth.exceptions import (
    ContractCreationCollision,
    FullStack,
    InsufficientFunds,
    InsufficientStack,
    InvalidInstruction,
    InvalidJumpDestination,
    OutOfBoundsRead,
    OutOfGas,
    Revert,
    StackDepthLimit,
    WriteProtection,
)

from .errors import REVERTED, RpcError

_ERROR_SELECTOR = bytes.fromhex("08c379a0")
_PANIC_SELECTOR = bytes.fromhex("4e487b71")

_PANICS = {
    0x00: "generic panic",
    0x01: "assert(false)",
    0x11: "arithmetic underflow or overflow",
    0x12: "division or modulo by zero",
    0x21: "enum overflow",
    0x22: "invalid encoded storage byte array accessed",
    0x31: "out-of-bounds array access; popping on an empty array",
    0x32: "out-of-bounds access of an array or bytesN",
    0x41: "out of memory",
    0x51: "uninitialized function",
}

_TEXTS: dict[type[Exception], str] = {
    OutOfGas: "out of gas",
    InvalidJumpDestination: "invalid jump destination",
    InsufficientFunds: "insufficient balance for transfer",
    StackDepthLimit: "max call depth exceeded",
    ContractCreationCollision: "contract address collision",
    WriteProtection: "write protection",
    OutOfBoundsRead: "return data out of bounds",
}


def reason(data: bytes) -> str | None:
    """What `Error(string)` or `Panic(uint256)` says; None for any other revert data."""
    if data[:4] == _PANIC_SELECTOR and len(data) >= 36:
        code = int.from_bytes(data[4:36], "big")
        return _PANICS.get(code, f"unknown panic code: {code:#x}")
    if data[:4] == _ERROR_SELECTOR and len(data) >= 68 and int.from_bytes(data[4:36], "big") == 32:
        length = int.from_bytes(data[36:68], "big")
        if length <= len(data) - 68:
            return data[68 : 68 + length].decode("utf-8", "replace")
    return None


def is_out_of_gas(error: Exception) -> bool:
    return isinstance(error, OutOfGas)


def failure(error: Any) -> RpcError:
    """The error with which geth answers a call that ended so."""
    if isinstance(error, Revert):
        data = error.args[0] if error.args and isinstance(error.args[0], bytes) else b""
        text = reason(data)
        message = "execution reverted" if text is None else f"execution reverted: {text}"
        return RpcError(message, REVERTED, "0x" + data.hex())
    return RpcError(_text(error))


def _text(error: Exception) -> str:
    if isinstance(error, OutOfGas) and "EIP-2200" in str(error):
        return "out of gas: not enough gas for reentrancy sentry"
    if isinstance(error, InvalidInstruction) and str(error).startswith("Jump"):
        return "invalid jump destination"
    if isinstance(error, InvalidInstruction):
        return "invalid opcode: INVALID"
    if isinstance(error, InsufficientStack):
        return "stack underflow"
    if isinstance(error, FullStack):
        return "stack limit reached 1024 (1023)"
    return next((text for kind, text in _TEXTS.items() if isinstance(error, kind)), str(error).lower())
