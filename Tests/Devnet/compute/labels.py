"""Kubernetes label selectors: parsing of queries, matching of labels and of job constraints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .errors import bad_request

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_TOKEN = re.compile(r"\s*(==|!=|=|!|\(|\)|,|<|>|[^\s=!(),<>]+)")
_OPERATORS = ("in", "notin", "=", "==", "!=", "exists", "!", "gt", "lt")
_WORD_END = "expected: !, identifier, or 'end of string'"


@dataclass(frozen=True)
class Requirement:
    """One condition on one key."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: dict[str, str]) -> bool:
        value = labels.get(self.key)
        match self.operator:
            case "exists":
                return value is not None
            case "!":
                return value is None
            case "in" | "=" | "==":
                return value in self.values
            case "notin" | "!=":
                return value not in self.values
            case _:
                return value is not None and _compares(value, self.operator, self.values)

    @property
    def is_valid(self) -> bool:
        """Whether Kubernetes' rules accept it; Bacalhau takes others too and then never schedules the job."""
        values_fit = all(not value or _NAME.fullmatch(value) for value in self.values)
        return valid_key(self.key) and self.operator in _OPERATORS and values_fit

    def __str__(self) -> str:
        if self.operator in ("in", "notin"):
            return f"{self.key} {self.operator} ({','.join(self.values)})"
        return f"{self.key} {self.operator} {','.join(self.values)}".rstrip()


def _compares(value: str, operator: str, values: tuple[str, ...]) -> bool:
    try:
        left, right = int(value), int(values[0])
    except (ValueError, IndexError):
        return False
    return left > right if operator == "gt" else left < right


def valid_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    prefix_fits = not slash or (len(prefix) <= 253 and _PREFIX.fullmatch(prefix) is not None)
    return prefix_fits and _NAME.fullmatch(name) is not None


def constraints(items: list[dict[str, Any]]) -> list[Requirement]:
    """A job's constraints as requirements."""
    return [Requirement(item["Key"], item["Operator"], tuple(item.get("Values") or ())) for item in items]


def parse(text: str) -> list[Requirement]:
    """The requirements of one selector (`a=b,c in (d,e),!f`); raises the API's 400."""
    tokens = _TOKEN.findall(text)
    requirements, position = [], 0
    while position < len(tokens):
        requirement, position = _requirement(tokens, position)
        requirements.append(requirement)
        if position < len(tokens):
            if tokens[position] != ",":
                raise bad_request(f"found '{tokens[position]}', expected: ',' or 'end of string'")
            position += 1
    return requirements


def _requirement(tokens: list[str], position: int) -> tuple[Requirement, int]:
    if tokens[position] == "!":
        return Requirement(_key(tokens, position + 1), "!"), position + 2
    key = _key(tokens, position)
    operator = tokens[position + 1] if position + 1 < len(tokens) else ","
    if operator == ",":
        return Requirement(key, "exists"), position + 1
    if operator in ("in", "notin"):
        values, end = _set(tokens, position + 2)
        return Requirement(key, operator, values), end
    if operator not in ("=", "==", "!="):
        raise bad_request(f"found '{operator}', expected: in, notin, =, ==, !=, gt, lt")
    value, end = _value(tokens, position + 2)
    return Requirement(key, operator, (value,)), end


def _key(tokens: list[str], position: int) -> str:
    token = tokens[position] if position < len(tokens) else ""
    if not token or token in ("=", "==", "!=", "(", ")", ",", "<", ">"):
        raise bad_request(f"found '{token}', {_WORD_END}")
    if not valid_key(token):
        raise bad_request(f'key: Invalid value: "{token}": name part must consist of alphanumeric characters')
    return token


def _value(tokens: list[str], position: int) -> tuple[str, int]:
    if position >= len(tokens) or tokens[position] == ",":
        return "", position
    return _checked(tokens[position]), position + 1


def _set(tokens: list[str], position: int) -> tuple[tuple[str, ...], int]:
    if position >= len(tokens) or tokens[position] != "(":
        found = tokens[position] if position < len(tokens) else ""
        raise bad_request(f"found '{found}' expected: '('")
    if ")" not in tokens[position:]:
        raise bad_request("found '', expected: ',', or ')'")
    end = tokens.index(")", position)
    return tuple(_checked(token) for token in tokens[position + 1 : end] if token != ","), end + 1


def _checked(value: str) -> str:
    if _NAME.fullmatch(value) is None:
        rule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'"
        raise bad_request(f'values[0]: Invalid value: "{value}": {rule}')
    return value
