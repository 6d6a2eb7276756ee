"""Generates JSON texts, sound and damaged, and says what Python's json module makes of each.

    json_check.py SEED COUNT FILE

Each line of FILE: the text in hex, `-` or the value in hex, `1` or `0`.
The value is rendered compactly with members in order and numbers by their own characters; `-` stands for a text
that must be refused: what Python refuses, and on top of it a name twice in an object, half a surrogate pair, more than
64 levels, and the words NaN and Infinity. The last column says whether the text is well formed when names and
surrogates are left aside.
"""

import json
import random
import sys

DEPTH = 64
SEEDS = [
    '{"a":[1,-0.5e+3,0,10,true,false,null,"é\\u00e9\\ud83d\\ude00\\n",{"":{}},[],[[]]],'
    '"a key that is longer than sixteen":"\\"", "k\\u0041":"\\t"}'.encode(),
    b'{"jsonrpc":"2.0","id":7,"result":[{"address":"0x00ff","topics":[],"data":"0x","removed":false}]}',
    b" [ 1 , 2 ]\n",
    b'"x"',
    b"-12.5E-7",
    b"0",
    b"nul",
    b"[]",
    b'{"Engine":{"Type":"wasm","Params":{"EntryModule":"/m.wasm"}},"Timeouts":{"TotalTimeout":60}}',
    b'{"sixteen_bytes_ab":1,"a":2,"A":3,"\\u0061":4}',
    b"[" * 63 + b"1" + b"]" * 63,
    b"[" * 64 + b"1" + b"]" * 64,
    b"[" * 65 + b"1" + b"]" * 65,
    '"\\ud800 \\udc00 \\ud83d\\ude00 \u2028 \u007f"'.encode(),
]
TOKENS = [
    b'"', b"\\", b"\\u12", b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"1", b".", b"e", b"-", b"0", b"\x00",
    b"\x1f", b"\x7f", b"\xc3\xa9", b"\xff", b" ", b"\n", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\x0b",
    b"+1", b"/", b"NaN", b"Infinity", b"-Infinity", b"\\u0000", b"\\ud800", b'"a":1,', b"1e999", b"\r\t", b"\xc0\xaf",
]


class Number:
    def __init__(self, text):
        self.text = text


class Refused(ValueError):
    pass


def refuse(word):
    raise ValueError(word)


def value(rng, level=0):
    """A random value as JSON text."""
    kind = rng.randrange(8 if level < 4 else 6)
    space = lambda: rng.choice(["", "", "", " ", "\n", "\t \r"])
    if kind == 0:
        return rng.choice(["null", "true", "false"])
    if kind in (1, 2):
        digits = str(rng.randrange(10 ** rng.randrange(1, 30)))
        fraction = rng.choice(["", "", "." + str(rng.randrange(10**6)).zfill(3)])
        return rng.choice(["", "-"]) + digits + fraction + rng.choice(["", "", "e7", "E-12", "e+0"])
    if kind in (3, 4, 5):
        return text(rng)
    inner = range(rng.randrange(5))
    if kind == 6:
        return "[" + space() + ("," + space()).join(value(rng, level + 1) for _ in inner) + space() + "]"
    members = (text(rng) + space() + ":" + space() + value(rng, level + 1) for _ in inner)
    return "{" + space() + ("," + space()).join(members) + space() + "}"


def text(rng):
    alphabet = ["a", "Z", " ", "é", "😀", "\u2028", "\u007f", "K", "\u212a", "\\n", '\\"', "\\\\", "\\/", "\\u0041",
                "\\ud83d\\ude00", "\\u00e9", "\\b\\f\\r\\t", "\\u001f", "0", "/"]
    return '"' + "".join(rng.choice(alphabet) for _ in range(rng.choice([0, 1, 2, 7, 8, 9, 15, 16, 17, 40]))) + '"'


def damaged(rng, seed):
    out = bytearray(seed)
    for _ in range(rng.randint(0, 3)):
        if not out:
            break
        at, kind = rng.randrange(len(out)), rng.randrange(6)
        if kind == 0:
            out[at] = rng.randrange(256)
        elif kind == 1:
            del out[at : at + rng.randint(1, 5)]
        elif kind == 2:
            out[at:at] = rng.choice(TOKENS)
        elif kind == 3:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 4:
            del out[at:]
        else:
            start = rng.randrange(len(out))
            out[at:at] = out[start : start + rng.randint(1, 12)]
    return bytes(out)


def depth(raw):
    """Open containers at most, strings left aside; only for texts that Python takes."""
    level = most = 0
    inside = escaped = False
    for byte in raw:
        if inside:
            inside, escaped = escaped or byte != 0x22, byte == 0x5C and not escaped
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            level += 1
            most = max(most, level)
        elif byte in b"]}":
            level -= 1
    return most


def rendered(value):
    if isinstance(value, Number):
        return value.text
    if isinstance(value, list):
        return "[" + ",".join(rendered(element) for element in value) + "]"
    if isinstance(value, tuple):
        names = [name for name, _ in value]
        if len(set(names)) != len(names):
            raise Refused("a name twice")
        return "{" + ",".join(quoted(name) + ":" + rendered(inner) for name, inner in value) + "}"
    if isinstance(value, str):
        return quoted(value)
    return {None: "null", True: "true", False: "false"}[value]


def quoted(value):
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Refused("half a surrogate pair")
    return json.dumps(value, ensure_ascii=False)


def judged(raw):
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_int=Number,
            parse_float=Number,
            parse_constant=refuse,
            object_pairs_hook=tuple,
        )
        if depth(raw) > DEPTH:
            return None, False
    except (ValueError, RecursionError):
        return None, False
    try:
        return rendered(value).encode(), True
    except Refused:
        return None, True


def main():
    rng, count = random.Random(int(sys.argv[1])), int(sys.argv[2])
    with open(sys.argv[3], "w") as out:
        for index in range(count):
            if index < len(SEEDS):
                raw = SEEDS[index]
            elif index % 3 == 0:
                raw = value(rng).encode()
            else:
                raw = damaged(rng, rng.choice(SEEDS) if rng.random() < 0.5 else value(rng).encode())
            canonical, sound = judged(raw)
            print(raw.hex() or "-", "-" if canonical is None else canonical.hex(), int(sound), file=out)


main()
