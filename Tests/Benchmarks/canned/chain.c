#include "chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keccak.h"

const char contract_address[] = "5fbdb2315678afecb367f032d93f642f64180aa3";
static const char event_signature[] = "BacalhauJobRequested(uint256,address,string,uint8)";
static const char empty_root[] = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
static const char no_uncles[] = "1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";

enum {
    bloom_bytes = 256,
    // offset, result type, length, and the spec in whole words
    data_bytes = 3 * 32 + (spec_bytes + 31) / 32 * 32,
    first_time = 1700000000,
    block_time = 12,
    gas_limit = 30000000,
    base_fee = 1000000000,
};

static uint8_t (*hashes)[32];  // by number, one more than the head
static char *logs;             // records of one length, a comma behind each
static size_t record;

static void hex(char *text, const uint8_t *bytes, size_t count) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * count] = 0;
}

static unsigned digit(char letter) { return letter <= '9' ? (unsigned)letter - '0' : ((unsigned)letter | 32) - 'a' + 10; }

static void unhex(uint8_t *bytes, const char *text, size_t count) {
    for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
}

// A 32-byte word with a number in its last bytes.
static void word(uint8_t out[32], uint64_t value) {
    memset(out, 0, 32);
    for (int i = 31; value; value >>= 8) out[i--] = (uint8_t)value;
}

// A hash that stands for what is not there: transactions and roots.
static void stand_in(uint8_t out[32], char kind, uint64_t number) {
    char text[32];
    keccak256(text, (size_t)snprintf(text, sizeof text, "%c%llu", kind, (unsigned long long)number), out);
}

static int holds_logs(uint32_t number) { return number > empty_blocks && number % 2 == 1; }

// How many logs are in the blocks below this one.
static size_t logs_before(uint32_t number) {
    return number <= empty_blocks ? 0 : (size_t)((number - empty_blocks) / 2) * logs_in_block;
}

static void requester_word(uint8_t out[32], size_t job) {
    stand_in(out, 'r', job);
    memset(out, 0, 12);
}

// MARK: Blocks

static void add_to_bloom(uint8_t bloom[bloom_bytes], const void *value, size_t length) {
    uint8_t hash[32];
    keccak256(value, length, hash);
    for (int i = 0; i < 6; i += 2) {
        unsigned bit = (unsigned)(hash[i] << 8 | hash[i + 1]) & 2047;
        bloom[bloom_bytes - 1 - bit / 8] |= (uint8_t)(1 << bit % 8);
    }
}

static void bloom_of(uint8_t bloom[bloom_bytes], uint32_t number) {
    memset(bloom, 0, bloom_bytes);
    if (!holds_logs(number)) return;
    uint8_t value[32];
    unhex(value, contract_address, 20);
    add_to_bloom(bloom, value, 20);
    keccak256(event_signature, strlen(event_signature), value);
    add_to_bloom(bloom, value, 32);
    for (size_t job = logs_before(number) + 1, end = job + logs_in_block; job < end; job++) {
        word(value, job);
        add_to_bloom(bloom, value, 32);
        requester_word(value, job);
        add_to_bloom(bloom, value, 32);
    }
}

// What a header holds beside its parent's hash; the rest is the same in all blocks.
typedef struct {
    uint8_t roots[3][32];  // of the state, the transactions, the receipts
    uint8_t bloom[bloom_bytes];
    uint32_t time, gas_used;
} Header;

static Header header_of(uint32_t number) {
    Header header;
    // An empty block leaves the state as it is.
    static const uint8_t first_state[32] = {0x5e};
    memcpy(header.roots[0], first_state, 32);
    for (int i = 1; i < 3; i++) unhex(header.roots[i], empty_root, 32);
    header.gas_used = 0;
    if (number > empty_blocks) stand_in(header.roots[0], 's', (number + 1) / 2);
    if (holds_logs(number)) {
        stand_in(header.roots[1], 't', number);
        stand_in(header.roots[2], 'c', number);
        header.gas_used = logs_in_block * 100000;
    }
    bloom_of(header.bloom, number);
    header.time = first_time + block_time * number;
    return header;
}

// RLP, byte strings alone: their lengths and the one list around them.
static uint8_t *put(uint8_t *out, const void *bytes, size_t length) {
    if (length < 56) {
        *out++ = (uint8_t)(0x80 + length);
    } else {
        size_t of_length = length > 255 ? 2 : 1;
        *out++ = (uint8_t)(0xb7 + of_length);
        if (of_length == 2) *out++ = (uint8_t)(length >> 8);
        *out++ = (uint8_t)length;
    }
    memcpy(out, bytes, length);
    return out + length;
}

static uint8_t *put_number(uint8_t *out, uint64_t value) {
    if (value && value < 128) {
        *out++ = (uint8_t)value;
        return out;
    }
    uint8_t bytes[32];
    word(bytes, value);
    int first = 0;
    while (first < 32 && !bytes[first]) first++;
    return put(out, bytes + first, (size_t)(32 - first));
}

// The members of a London block with Shanghai's withdrawals, in the yellow paper's order.
static void hash_header(uint32_t number, const uint8_t parent[32], uint8_t out[32]) {
    static const uint8_t zeros[32];
    Header header = header_of(number);
    uint8_t body[1024], all[1024], known[32], *end = put(body, parent, 32);
    unhex(known, no_uncles, 32);
    end = put(end, known, 32);
    end = put(end, zeros, 20);
    for (int i = 0; i < 3; i++) end = put(end, header.roots[i], 32);
    end = put(end, header.bloom, bloom_bytes);
    end = put_number(end, 0);
    end = put_number(end, number);
    end = put_number(end, gas_limit);
    end = put_number(end, header.gas_used);
    end = put_number(end, header.time);
    end = put(end, zeros, 0);
    end = put(end, zeros, 32);
    end = put(end, zeros, 8);
    end = put_number(end, base_fee);
    unhex(known, empty_root, 32);
    end = put(end, known, 32);
    size_t length = (size_t)(end - body);
    all[0] = 0xf9;
    all[1] = (uint8_t)(length >> 8);
    all[2] = (uint8_t)length;
    memcpy(all + 3, body, length);
    keccak256(all, length + 3, out);
}

size_t chain_block(uint32_t number, char *room) {
    Header header = header_of(number);
    char hash[65], parent[65], roots[3][65], bloom[2 * bloom_bytes + 1], transactions[logs_in_block * 70] = "";
    static const uint8_t zeros[32];
    hex(hash, hashes[number], 32);
    hex(parent, number ? hashes[number - 1] : zeros, 32);
    for (int i = 0; i < 3; i++) hex(roots[i], header.roots[i], 32);
    hex(bloom, header.bloom, bloom_bytes);
    for (int i = 0, at = 0; holds_logs(number) && i < logs_in_block; i++) {
        uint8_t bytes[32];
        char text[65];
        stand_in(bytes, 'x', logs_before(number) + (size_t)i + 1);
        hex(text, bytes, 32);
        at += snprintf(transactions + at, sizeof transactions - (size_t)at, "%s\"0x%s\"", i ? "," : "", text);
    }
    return (size_t)sprintf(
        room,
        "{\"number\":\"0x%x\",\"hash\":\"0x%s\",\"parentHash\":\"0x%s\",\"sha3Uncles\":\"0x%s\",\"miner\":\"0x%040d\","
        "\"stateRoot\":\"0x%s\",\"transactionsRoot\":\"0x%s\",\"receiptsRoot\":\"0x%s\",\"logsBloom\":\"0x%s\","
        "\"difficulty\":\"0x0\",\"gasLimit\":\"0x%x\",\"gasUsed\":\"0x%x\",\"timestamp\":\"0x%x\",\"extraData\":\"0x\","
        "\"mixHash\":\"0x%064d\",\"nonce\":\"0x%016d\",\"baseFeePerGas\":\"0x%x\",\"withdrawalsRoot\":\"0x%s\","
        "\"withdrawals\":[],\"uncles\":[],\"size\":\"0x400\",\"transactions\":[%s]}",
        number, hash, parent, no_uncles, 0, roots[0], roots[1], roots[2], bloom, gas_limit, header.gas_used, header.time,
        0, 0, base_fee, empty_root, transactions);
}

int64_t chain_find(const char *digits) {
    uint8_t wanted[32];
    unhex(wanted, digits, 32);
    for (int64_t number = 0; number <= head_number; number++)
        if (!memcmp(hashes[number], wanted, 32)) return number;
    return -1;
}

// MARK: Logs

// A spec as contracts hold them, of `spec_bytes` bytes.
static void spec_of(char out[spec_bytes + 1], size_t job) {
    static const char end[] = "\"]}}";
    int at = snprintf(out, spec_bytes + 1,
        "{\"Engine\":\"docker\",\"PublisherSpec\":{\"Type\":\"ipfs\"},\"Docker\":{\"Image\":\"ghcr.io/example/paint:1\","
        "\"Entrypoint\":[\"paint\",\"number %zu: a lighthouse in the rain, watercolour, ", job);
    for (; at < spec_bytes - (int)strlen(end); at++) out[at] = "soft light "[at % 11];
    memcpy(out + spec_bytes - strlen(end), end, sizeof end);
}

static void data_of(uint8_t data[data_bytes], size_t job) {
    char spec[spec_bytes + 1];
    memset(data, 0, data_bytes);
    word(data, 64);
    word(data + 32, 1);
    word(data + 64, spec_bytes);
    spec_of(spec, job);
    memcpy(data + 96, spec, spec_bytes);
}

static size_t write_log(char *out, size_t job) {
    uint32_t number = empty_blocks + (uint32_t)((job - 1) / logs_in_block * 2 + 1);
    unsigned index = (unsigned)((job - 1) % logs_in_block);
    uint8_t bytes[32], data[data_bytes];
    char topic[65], id[65], requester[65], transaction[65], block[65], text[2 * data_bytes + 1];
    keccak256(event_signature, strlen(event_signature), bytes);
    hex(topic, bytes, 32);
    word(bytes, job);
    hex(id, bytes, 32);
    requester_word(bytes, job);
    hex(requester, bytes, 32);
    stand_in(bytes, 'x', job);
    hex(transaction, bytes, 32);
    hex(block, hashes[number], 32);
    data_of(data, job);
    hex(text, data, data_bytes);
    return (size_t)sprintf(
        out,
        "{\"address\":\"0x%s\",\"topics\":[\"0x%s\",\"0x%s\",\"0x%s\"],\"data\":\"0x%s\",\"blockNumber\":\"0x%x\","
        "\"transactionHash\":\"0x%s\",\"transactionIndex\":\"0x%x\",\"blockHash\":\"0x%s\",\"blockTimestamp\":\"0x%x\","
        "\"logIndex\":\"0x%x\",\"removed\":false},",
        contract_address, topic, id, requester, text, number, transaction, index, block,
        first_time + block_time * number, index);
}

const char *chain_logs(uint32_t first, uint32_t last, size_t *length, size_t *count) {
    size_t from = logs_before(first), to = logs_before(last + 1);
    *count = to > from ? to - from : 0;
    *length = *count ? *count * record - 1 : 0;
    return logs + from * record;
}

void chain_build(void) {
    static const uint8_t zeros[32];
    hashes = malloc((head_number + 1) * sizeof *hashes);
    for (uint32_t number = 0; number <= head_number; number++)
        hash_header(number, number ? hashes[number - 1] : zeros, hashes[number]);
    // All logs have one length, since all numbers have as many digits.
    char room[4096];
    record = write_log(room, 1);
    logs = malloc(record * log_count + 1);
    for (size_t job = 1; job <= log_count; job++) write_log(logs + (job - 1) * record, job);
}
