"""Version 3 keystores by eth-account, for the tests of the module Keys.

keystore.py make DIRECTORY       writes N.json, N.password and N.key (hexadecimal digits) for several kinds
keystore.py open FILE PASSWORD   prints the key in FILE as hexadecimal digits
"""

import json
import os
import sys

from eth_account import Account

KINDS = [
    ("scrypt", 2, "short"),
    ("scrypt", 4096, "correct horse battery staple"),
    ("scrypt", 262144, "the usual cost"),
    ("pbkdf2", 1, ""),
    ("pbkdf2", 10_000, "pässwörd \N{SNOWMAN}"),
]


def private(path, text):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def make(directory):
    for number, (kdf, cost, password) in enumerate(KINDS):
        key = os.urandom(32)
        store = Account.encrypt(key, password, kdf=kdf, iterations=cost)
        name = os.path.join(directory, str(number))
        private(name + ".json", json.dumps(store))
        private(name + ".password", password)
        private(name + ".key", key.hex())
    print(len(KINDS))


def show(path, password):
    with open(path, encoding="utf-8") as file:
        print(bytes(Account.decrypt(json.load(file), password)).hex())


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    show(sys.argv[2], sys.argv[3])
