"""What a transaction must carry at least, before a byte of code runs."""

from __future__ import annotations

TX_GAS = 21_000
CREATE_GAS = 32_000
ZERO_BYTE_GAS = 4
OTHER_BYTE_GAS = 16
INIT_CODE_WORD_GAS = 2
ACCESS_LIST_ADDRESS_GAS = 2_400
ACCESS_LIST_KEY_GAS = 1_900
FLOOR_GAS_PER_TOKEN = 10

MAX_INIT_CODE = 49_152


def intrinsic_gas(data: bytes, creates: bool, access_list: tuple = ()) -> int:
    """Gas taken before execution (EIP-2028, EIP-2930, EIP-3860)."""
    zeros = data.count(0)
    gas = TX_GAS + zeros * ZERO_BYTE_GAS + (len(data) - zeros) * OTHER_BYTE_GAS
    if creates:
        gas += CREATE_GAS + INIT_CODE_WORD_GAS * ((len(data) + 31) // 32)
    for _, keys in access_list:
        gas += ACCESS_LIST_ADDRESS_GAS + ACCESS_LIST_KEY_GAS * len(keys)
    return gas


def floor_gas(data: bytes) -> int:
    """The least a transaction pays for its calldata (EIP-7623): ten gas a zero byte, forty for any other."""
    zeros = data.count(0)
    return TX_GAS + FLOOR_GAS_PER_TOKEN * (zeros + 4 * (len(data) - zeros))
