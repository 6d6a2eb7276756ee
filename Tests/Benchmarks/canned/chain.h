#pragma once
#include <stddef.h>
#include <stdint.h>

// A chain that is the same at each start: empty blocks first, then blocks of which every second one holds five requests.
//
// Hashes are those of the headers, and parents and blooms are right; the tries' roots are made up, for nobody has the tries.
enum {
    empty_blocks = 1000000,
    full_blocks = 40000,
    head_number = empty_blocks + full_blocks,
    logs_in_block = 5,
    log_count = full_blocks / 2 * logs_in_block,
    spec_bytes = 300,
    chain_id = 1337,
};

extern const char contract_address[];

void chain_build(void);

// The JSON of a block; its length. `room` is at least 4,096 bytes.
size_t chain_block(uint32_t number, char *room);

// The number of the block of this hash (64 digits), or -1.
int64_t chain_find(const char *digits);

// The JSON of the logs in blocks `first` to `last`, commas between them; how many there are is in `count`.
const char *chain_logs(uint32_t first, uint32_t last, size_t *length, size_t *count);
