#pragma once
#include <stddef.h>
#include <stdint.h>

// Keccak-256 as Ethereum uses it (FIPS 202's permutation with the older padding 0x01).
void keccak256(const void *input, size_t length, uint8_t output[32]);
