"""Makes cases for the tests of the Swift module Ethereum, answered by other people's code.

    ethereum.py KIND SEED COUNT

writes COUNT cases of one kind as JSON lines: what goes in, and what eth-abi, rlp, eth-account, eth-keys, eth-utils or
Python's own integers make of it. The same seed makes the same cases. Bytes are hexadecimal, the EVM's numbers decimal.
"""

import json
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

Case = dict[str, Any]


def damaged(chance: random.Random, data: bytes) -> bytes:
    """A copy with a few bytes changed, moved, cut or doubled; words of zeros and ones are favourites of an attacker."""
    result = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if not result:
            return bytes([chance.randrange(256)])
        place = chance.randrange(len(result))
        match chance.randrange(7):
            case 0:
                result[place] ^= 1 << chance.randrange(8)
            case 1:
                result[place] = chance.choice(b"\x00\x01\x1f\x20\x40\x7f\x80\xb7\xb8\xbf\xc0\xf7\xf8\xff")
            case 2:
                del result[place]
            case 3:
                del result[len(result) - chance.randrange(min(len(result), 40)) :]
            case 4:
                start = place - place % 32
                word = chance.choice((0, 1, 32, 64, len(data), 2**64, 2**255, 2**256 - 1))
                result[start : start + 32] = word.to_bytes(32, "big")
            case 5:
                start = place - place % 32
                result[start : start + 32] = result[:32]
            case _:
                result.insert(place, result[place])
    return bytes(result)


def number(chance: random.Random, bits: int) -> int:
    """A number below 2**bits, of any length, with the edges often."""
    if chance.random() < 0.2:
        return chance.choice((0, 1, 2**bits - 1, 2 ** (bits - 1), 2 ** (bits // 2)))
    return chance.getrandbits(chance.randint(1, bits))


def keccaks(chance: random.Random) -> Case:
    from eth_utils import keccak

    data = chance.randbytes(chance.choice((chance.randrange(300), chance.randrange(135, 138), chance.randrange(5000))))
    return {"data": data.hex(), "hash": keccak(data).hex(), "cut": chance.randint(0, len(data))}


def addresses(chance: random.Random) -> Case:
    from eth_utils import is_checksum_address, to_checksum_address

    address = chance.randbytes(20)
    text = to_checksum_address(address)
    place = chance.choice([i for i, c in enumerate(text) if i > 1 and c.isalpha()] or [2])
    other = text[:place] + text[place].swapcase() + text[place + 1 :]
    mixed = other[2:] not in (other[2:].lower(), other[2:].upper())
    return {
        "address": address.hex(),
        "checksummed": text,
        "other": other,
        "otherIsSound": is_checksum_address(other) or not mixed,
    }


def integers(chance: random.Random) -> Case:
    a, b = number(chance, 256), number(chance, 256)
    whole = 2**256
    case = {
        "a": str(a),
        "b": str(b),
        "aHex": hex(a),
        "aBytes": a.to_bytes(32, "big").hex(),
        "aMinimal": a.to_bytes((a.bit_length() + 7) // 8, "big").hex(),
        "bits": a.bit_length(),
        "sum": str((a + b) % whole),
        "carries": a + b >= whole,
        "difference": str((a - b) % whole),
        "borrows": a < b,
        "productLow": str(a * b % whole),
        "productHigh": str(a * b // whole),
        "signed": str(a - whole if a >> 255 else a),
    }
    if b:
        case |= {"quotient": str(a // b), "remainder": str(a % b)}
    return case


def rlps(chance: random.Random) -> Case:
    import rlp

    def item(depth: int) -> Any:
        if depth < 5 and chance.random() < 0.5:
            return [item(depth + 1) for _ in range(chance.choice((0, 1, 2, 3, 5, 20 if depth == 0 else 1)))]
        size = chance.choice((0, 1, 1, 2, 20, 32, 54, 55, 56, 57, chance.randrange(300), 256 if depth < 2 else 0))
        return chance.randbytes(size)

    def as_json(value: Any) -> Any:
        return [as_json(v) for v in value] if isinstance(value, (list, tuple)) else value.hex()

    content = item(0)
    encoding = rlp.encode(content)
    mutant = damaged(chance, encoding)
    try:
        read = as_json(rlp.decode(mutant, strict=True))
    except rlp.exceptions.DecodingError:
        read = None
    return {"item": as_json(content), "encoding": encoding.hex(), "mutant": mutant.hex(), "mutantItem": read}


def abi_type(chance: random.Random, depth: int = 0) -> str:
    if depth < 3:
        match chance.randrange(10):
            case 0:
                return abi_type(chance, depth + 1) + "[]"
            case 1:
                return abi_type(chance, depth + 1) + f"[{chance.randint(1, 3)}]"
            case 2:
                return "(" + ",".join(abi_type(chance, depth + 1) for _ in range(chance.randint(1, 4))) + ")"
    return chance.choice(
        (
            f"uint{8 * chance.randint(1, 32)}",
            f"int{8 * chance.randint(1, 32)}",
            f"bytes{chance.randint(1, 32)}",
            "uint256",
            "uint8",
            "address",
            "bool",
            "bytes",
            "string",
            "string",
        )
    )


def abi_value(chance: random.Random, kind: Any) -> Any:
    """A value of a type that eth-abi has parsed, as eth-abi wants it."""
    if kind.is_array:
        sizes = kind.arrlist[-1]
        return [abi_value(chance, kind.item_type) for _ in range(sizes[0] if sizes else chance.choice((0, 1, 2, 5)))]
    if hasattr(kind, "components"):
        return tuple(abi_value(chance, component) for component in kind.components)
    match kind.base:
        case "uint":
            return number(chance, kind.sub)
        case "int":
            value = number(chance, kind.sub)
            return value - 2**kind.sub if value >> (kind.sub - 1) else value
        case "bytes" if kind.sub is not None:
            return chance.randbytes(kind.sub)
        case "bytes":
            return chance.randbytes(chance.choice((0, 1, 31, 32, 33, chance.randrange(200))))
        case "string":
            return "".join(chance.choices('abc {}"é漢\U0001f300\0\n', k=chance.choice((0, 1, 5, 31, 32, 40))))
        case "address":
            return "0x" + chance.randbytes(20).hex()
        case "bool":
            return chance.random() < 0.5
    raise ValueError(kind)


def abi_json(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int():
            return str(value)
        case bytes():
            return value.hex()
        case str() if value.startswith("0x") and len(value) == 42:
            return value
        case str():
            return value.encode().hex()
        case _:
            return [abi_json(v) for v in value]


def abis(chance: random.Random) -> Case:
    import eth_abi
    import eth_abi.grammar

    types = [abi_type(chance) for _ in range(chance.randint(1, 5))]
    values = [abi_value(chance, eth_abi.grammar.parse(kind)) for kind in types]
    encoding = eth_abi.encode(types, values)
    mutants = []
    for _ in range(4):
        mutant = damaged(chance, encoding)
        mutants.append({"data": mutant.hex(), "values": read_abi(types, mutant)})
    return {"types": types, "values": abi_json(values), "encoding": encoding.hex(), "mutants": mutants}


def read_abi(types: list[str], data: bytes) -> Any:
    """What eth-abi reads in its strict mode, None for a refusal. A string need not be UTF-8: it is read as bytes."""
    import eth_abi

    try:
        return abi_json(eth_abi.decode([kind.replace("string", "bytes") for kind in types], data))
    except Exception:  # Whatever it is: eth-abi lets OverflowError and others through.
        return None


def events(chance: random.Random) -> Case:
    import eth_abi
    import eth_abi.grammar
    from eth_utils import keccak

    name = chance.choice(("Asked", "JobRequested", "E"))
    types = [abi_type(chance) for _ in range(chance.randint(0, 5))]
    indexed = [False] * len(types)
    for place in chance.sample(range(len(types)), min(chance.randrange(4), len(types))):
        indexed[place] = True
    parsed = [eth_abi.grammar.parse(kind) for kind in types]
    values = [abi_value(chance, kind) for kind in parsed]
    signature = f"{name}({','.join(types)})"
    topics = [keccak(signature.encode())]
    shown = []
    for kind, value, is_topic in zip(parsed, values, indexed, strict=True):
        is_text = getattr(kind, "base", None) in ("bytes", "string") and not kind.sub
        is_word = not kind.is_array and hasattr(kind, "base") and not is_text
        if is_topic and is_word:
            topics.append(eth_abi.encode([kind.to_type_str()], [value]))
            shown.append(abi_json(value))
        elif is_topic:
            topics.append(chance.randbytes(32))
            shown.append(topics[-1].hex())
        else:
            shown.append(abi_json(value))
    rest = [(kind, value) for kind, value, is_topic in zip(types, values, indexed, strict=True) if not is_topic]
    data = eth_abi.encode([kind for kind, _ in rest], [value for _, value in rest])
    return {
        "name": name,
        "types": types,
        "indexed": indexed,
        "signature": signature,
        "topics": [topic.hex() for topic in topics],
        "data": data.hex(),
        "values": shown,
    }


def private_key(chance: random.Random) -> bytes:
    from eth_keys.constants import SECPK1_N

    secret = 1 if chance.random() < 0.1 else chance.randrange(1, SECPK1_N)
    return chance.choice((secret, SECPK1_N - secret)).to_bytes(32, "big")


def signatures(chance: random.Random) -> Case:
    from eth_keys import keys

    key = keys.PrivateKey(private_key(chance))
    digest = chance.choice((bytes(32), b"\xff" * 32, chance.randbytes(32), chance.randbytes(32)))
    signature = key.sign_msg_hash(digest)
    return {
        "key": key.to_hex()[2:],
        "digest": digest.hex(),
        "publicKey": key.public_key.to_hex()[2:],
        "address": key.public_key.to_address()[2:],
        "r": str(signature.r),
        "s": str(signature.s),
        "yParity": signature.v,
    }


def transactions(chance: random.Random) -> Case:
    from eth_account import Account
    from eth_account.typed_transactions import TypedTransaction
    from eth_utils import to_checksum_address

    fields = {
        "type": 2,
        "chainId": chance.choice((1, 1337, 314, 11155111, number(chance, 63))),
        "nonce": number(chance, 63),
        "maxPriorityFeePerGas": number(chance, 256),
        "maxFeePerGas": number(chance, 256),
        "gas": number(chance, 63),
        "to": to_checksum_address(chance.randbytes(20)) if chance.random() < 0.9 else "",
        "value": number(chance, 256),
        "data": chance.randbytes(chance.choice((0, 1, 4, 55, 56, 68, chance.randrange(400)))),
        "accessList": [],
    }
    key = private_key(chance)
    signed = Account.sign_transaction(fields, key)
    zeros = fields["data"].count(0)
    tokens = zeros + 4 * (len(fields["data"]) - zeros)
    return {
        **{name: str(value) for name, value in fields.items() if isinstance(value, int)},
        "to": fields["to"][2:].lower(),
        "data": fields["data"].hex(),
        "key": key.hex(),
        "signingHash": TypedTransaction.from_dict(fields).hash().hex(),
        "raw": signed.raw_transaction.hex(),
        "hash": signed.hash.hex(),
        "sender": Account.from_key(key).address[2:].lower(),
        "floorGas": 21000 + 10 * tokens,
    }


KINDS: dict[str, Callable[[random.Random], Case]] = {
    "abi": abis,
    "address": addresses,
    "event": events,
    "integer": integers,
    "keccak": keccaks,
    "rlp": rlps,
    "signature": signatures,
    "transaction": transactions,
}


def cases(kind: str, seed: int, count: int) -> Iterator[Case]:
    chance = random.Random(f"{kind} {seed}")
    for _ in range(count):
        yield KINDS[kind](chance)


def main() -> None:
    kind, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for case in cases(kind, seed, count):
        sys.stdout.write(json.dumps(case) + "\n")


if __name__ == "__main__":
    main()
