"""A method: its parameters and what it does with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import INVALID_PARAMS, RpcError

REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Param:
    """How one parameter is read, and what stands in for it when it is absent or null."""

    parse: Callable[[Any], Any]
    default: Any = REQUIRED


@dataclass(frozen=True, slots=True)
class Method:
    """What answers a call."""

    handler: Callable[..., Any]
    params: tuple[Param, ...] = ()

    def __call__(self, arguments: Any) -> Any:
        return self.handler(*self._read(arguments))

    def _read(self, arguments: Any) -> list[Any]:
        if arguments is None:
            arguments = []
        if not isinstance(arguments, list):
            raise RpcError("non-array args", INVALID_PARAMS)
        if len(arguments) > len(self.params):
            raise RpcError(f"too many arguments, want at most {len(self.params)}", INVALID_PARAMS)
        return [self._argument(arguments, index) for index in range(len(self.params))]

    def _argument(self, arguments: list[Any], index: int) -> Any:
        param = self.params[index]
        if index >= len(arguments) or (arguments[index] is None and param.default is not REQUIRED):
            if param.default is REQUIRED:
                raise RpcError(f"missing value for required argument {index}", INVALID_PARAMS)
            return param.default
        try:
            return param.parse(arguments[index])
        except ValueError as error:
            raise RpcError(f"invalid argument {index}: {error}", INVALID_PARAMS) from error


Methods = dict[str, Method]
