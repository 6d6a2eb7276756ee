#include "keccak.h"

#include <string.h>

enum { rate = 136, rounds = 24 };

static uint64_t rotated(uint64_t value, unsigned bits) { return bits ? value << bits | value >> (64 - bits) : value; }

// The round constants and rotations are those of FIPS 202, 3.2; lanes are x + 5y, in the processor's little-endian order.
static void permute(uint64_t a[25]) {
    static const uint64_t constants[rounds] = {
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
        0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
        0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
        0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
    static const unsigned rotations[25] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                           25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};
    for (int round = 0; round < rounds; round++) {
        uint64_t parity[5], b[25];
        for (int x = 0; x < 5; x++) parity[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (int x = 0; x < 5; x++) {
            uint64_t mixed = parity[(x + 4) % 5] ^ rotated(parity[(x + 1) % 5], 1);
            for (int y = 0; y < 25; y += 5) a[x + y] ^= mixed;
        }
        for (int x = 0; x < 5; x++)
            for (int y = 0; y < 5; y++) b[y + 5 * ((2 * x + 3 * y) % 5)] = rotated(a[x + 5 * y], rotations[x + 5 * y]);
        for (int y = 0; y < 25; y += 5)
            for (int x = 0; x < 5; x++) a[x + y] = b[x + y] ^ (~b[(x + 1) % 5 + y] & b[(x + 2) % 5 + y]);
        a[0] ^= constants[round];
    }
}

void keccak256(const void *input, size_t length, uint8_t output[32]) {
    uint64_t state[25] = {0};
    uint8_t *bytes = (uint8_t *)state;
    const uint8_t *next = input;
    for (; length >= rate; length -= rate, next += rate) {
        for (int i = 0; i < rate; i++) bytes[i] ^= next[i];
        permute(state);
    }
    for (size_t i = 0; i < length; i++) bytes[i] ^= next[i];
    bytes[length] ^= 0x01;
    bytes[rate - 1] ^= 0x80;
    permute(state);
    memcpy(output, state, 32);
}
