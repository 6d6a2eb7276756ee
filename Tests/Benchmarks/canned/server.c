// A node of a long chain whose answers cost it nothing: JSON-RPC over HTTP/1.1, a thread a connection, batches too.
//
// Says its port on a line of JSON, and ends with its standard input. It answers what a relayer asks while it follows, and
// to every eth_call with the word 1. At most 5,000 logs an answer: a range with more is refused, as providers do.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "chain.h"
#include "json.h"

enum { most_logs = 5000, most_calls = 1000, room_for_request = 1 << 20 };

// MARK: Answers

// An answer is collected from parts that are not copied where they are long.
typedef struct {
    char *text;
    size_t length, room;
    struct {
        size_t at;  // in `text`
        const char *bytes;
        size_t length;
    } inserted[most_calls];
    size_t insertions, total;
} Answer;

static void append(Answer *answer, const char *bytes, size_t length) {
    if (answer->length + length > answer->room) {
        answer->room = 2 * (answer->length + length);
        answer->text = realloc(answer->text, answer->room);
    }
    memcpy(answer->text + answer->length, bytes, length);
    answer->length += length;
    answer->total += length;
}

static void say(Answer *answer, const char *text) { append(answer, text, strlen(text)); }

static void insert(Answer *answer, const char *bytes, size_t length) {
    size_t index = answer->insertions++;
    answer->inserted[index].at = answer->length;
    answer->inserted[index].bytes = bytes;
    answer->inserted[index].length = length;
    answer->total += length;
}

static void result(Answer *answer, const char *text) {
    say(answer, ",\"result\":");
    say(answer, text);
}

static void refuse(Answer *answer, int code, const char *message) {
    char text[256];
    snprintf(text, sizeof text, ",\"error\":{\"code\":%d,\"message\":\"%s\"}", code, message);
    say(answer, text);
}

// MARK: Methods

static int read_quantity(Slice value, uint32_t *number) {
    if (!value.begin || value.end - value.begin < 5 || memcmp(value.begin, "\"0x", 3)) return 0;
    char *end;
    unsigned long long found = strtoull(value.begin + 3, &end, 16);
    if (*end != '"') return 0;
    *number = found > UINT32_MAX ? UINT32_MAX : (uint32_t)found;
    return 1;
}

// A number or a tag; everything is final on this chain.
static int read_block(Slice value, uint32_t *number) {
    if (json_is(value, "\"earliest\"")) {
        *number = 0;
        return 1;
    }
    *number = head_number;
    return json_is(value, "\"latest\"") || json_is(value, "\"safe\"") || json_is(value, "\"finalized\"")
        || json_is(value, "\"pending\"") || read_quantity(value, number);
}

static int read_hash(Slice value, uint32_t *number) {
    if (!value.begin || value.end - value.begin < 68) return 0;
    int64_t found = chain_find(value.begin + 3);
    *number = (uint32_t)found;
    return found >= 0;
}

static void block(Answer *answer, int is_known, uint32_t number) {
    char room[4096];
    if (!is_known || number > head_number) return result(answer, "null");
    say(answer, ",\"result\":");
    append(answer, room, chain_block(number, room));
}

static void get_logs(Answer *answer, Slice filter) {
    uint32_t first = 0, last = 0;
    Slice hash = json_member(filter, "\"blockHash\"");
    if (hash.begin) {
        if (!read_hash(hash, &first)) return refuse(answer, -32000, "unknown block");
        last = first;
    } else if (!read_block(json_member(filter, "\"fromBlock\""), &first)
               || !read_block(json_member(filter, "\"toBlock\""), &last) || first > last) {
        return refuse(answer, -32602, "invalid block range params");
    }
    if (last > head_number) return refuse(answer, -32602, "block range extends beyond current head block");
    size_t length, count;
    const char *logs = chain_logs(first, last, &length, &count);
    if (count > most_logs) return refuse(answer, -32005, "query returned more than 5000 results");
    Slice address = json_member(filter, "\"address\"");
    size_t size = (size_t)(address.end - address.begin);
    if (address.begin && !memmem(address.begin, size, contract_address, strlen(contract_address))) length = 0;
    say(answer, ",\"result\":[");
    insert(answer, logs, length);
    say(answer, "]");
}

static const char *const methods[] = {
    "\"eth_getLogs\"",   "\"eth_getBlockByNumber\"", "\"eth_getBlockByHash\"", "\"eth_blockNumber\"",
    "\"eth_chainId\"",   "\"net_version\"",          "\"eth_getCode\"",        "\"eth_call\"",
    "\"eth_getBalance\"", "\"eth_getTransactionCount\"", "\"eth_gasPrice\"",   "\"eth_maxPriorityFeePerGas\"",
    "\"web3_clientVersion\"", "\"canned_stats\"",
};
enum { get_logs_method, by_number, by_hash, block_number, id_method, version_method, code, call, balance, count_method,
       gas_price, tip, client_version, stats, unknown };
static atomic_ulong calls[unknown + 1];

static void tell_calls(Answer *answer) {
    char text[96];
    say(answer, ",\"result\":{");
    for (int i = 0; i < stats; i++) {
        snprintf(text, sizeof text, "%s%s:%lu", i ? "," : "", methods[i], (unsigned long)calls[i]);
        say(answer, text);
    }
    snprintf(text, sizeof text, ",\"unknown\":%lu}", (unsigned long)calls[unknown]);
    say(answer, text);
}

static void perform(Answer *answer, int method, Slice params) {
    char text[80];
    uint32_t number = 0;
    Slice first = json_element(params, 0);
    switch (method) {
    case get_logs_method: return get_logs(answer, first);
    case by_number: {
        int is_known = read_block(first, &number);
        return block(answer, is_known, number);
    }
    case by_hash: {
        int is_known = read_hash(first, &number);
        return block(answer, is_known, number);
    }
    case block_number: snprintf(text, sizeof text, "\"0x%x\"", head_number); break;
    case id_method: snprintf(text, sizeof text, "\"0x%x\"", chain_id); break;
    case version_method: snprintf(text, sizeof text, "\"%d\"", chain_id); break;
    case code: snprintf(text, sizeof text, "\"0x60006000\""); break;
    case call: snprintf(text, sizeof text, "\"0x%064d\"", 1); break;
    case balance: snprintf(text, sizeof text, "\"0xde0b6b3a7640000\""); break;
    case count_method: snprintf(text, sizeof text, "\"0x0\""); break;
    case gas_price:
    case tip: snprintf(text, sizeof text, "\"0x3b9aca00\""); break;
    case client_version: snprintf(text, sizeof text, "\"canned/1\""); break;
    case stats: return tell_calls(answer);
    default: return refuse(answer, -32601, "the method does not exist/is not available");
    }
    result(answer, text);
}

static void answer_one(Answer *answer, Slice request) {
    Slice id = json_member(request, "\"id\""), name = json_member(request, "\"method\"");
    int method = 0;
    while (method < unknown && !json_is(name, methods[method])) method++;
    calls[method]++;
    say(answer, "{\"jsonrpc\":\"2.0\",\"id\":");
    if (id.begin)
        append(answer, id.begin, (size_t)(id.end - id.begin));
    else
        say(answer, "null");
    perform(answer, method, json_member(request, "\"params\""));
    say(answer, "}");
}

static void answer_all(Answer *answer, Slice body) {
    if (body.begin >= body.end || *body.begin != '[') return answer_one(answer, body);
    say(answer, "[");
    Slice each = json_element(body, 0);
    for (size_t index = 0; each.begin && index < most_calls; each = json_element(body, ++index)) {
        if (index) say(answer, ",");
        answer_one(answer, each);
    }
    say(answer, "]");
}

// MARK: HTTP

static int write_all(int socket, struct iovec *parts, int count) {
    while (count) {
        ssize_t written = writev(socket, parts, count < IOV_MAX ? count : IOV_MAX);
        if (written <= 0) return 0;
        for (; count && (size_t)written >= parts->iov_len; parts++, count--) written -= (ssize_t)parts->iov_len;
        if (count) {
            parts->iov_base = (char *)parts->iov_base + written;
            parts->iov_len -= (size_t)written;
        }
    }
    return 1;
}

static int send_answer(int socket, const Answer *answer) {
    static _Thread_local struct iovec parts[2 * most_calls + 2];
    char header[128];
    int count = 0;
    size_t at = 0;
    int length = snprintf(header, sizeof header,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", answer->total);
    parts[count++] = (struct iovec){header, (size_t)length};
    for (size_t i = 0; i < answer->insertions; i++) {
        parts[count++] = (struct iovec){answer->text + at, answer->inserted[i].at - at};
        parts[count++] = (struct iovec){(void *)answer->inserted[i].bytes, answer->inserted[i].length};
        at = answer->inserted[i].at;
    }
    parts[count++] = (struct iovec){answer->text + at, answer->length - at};
    return write_all(socket, parts, count);
}

// How long the request at the start of the buffer is, and where its body begins; 0 while it is not whole.
static size_t request_length(const char *buffer, size_t have, const char **body) {
    const char *end = memmem(buffer, have, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t length = 0;
    for (const char *line = buffer; line < end; line = (const char *)memchr(line, '\n', (size_t)(end + 2 - line)) + 1)
        if (!strncasecmp(line, "content-length:", 15)) length = strtoul(line + 15, NULL, 10);
    *body = end + 4;
    size_t whole = (size_t)(*body - buffer) + length;
    return whole <= have ? whole : 0;
}

static void *serve(void *argument) {
    int socket = (int)(intptr_t)argument;
    char *buffer = malloc(room_for_request + 1);
    Answer *answer = calloc(1, sizeof *answer);
    size_t have = 0;
    for (;;) {
        ssize_t got = read(socket, buffer + have, room_for_request - have);
        if (got <= 0) break;
        have += (size_t)got;
        buffer[have] = 0;
        const char *body;
        size_t length;
        while ((length = request_length(buffer, have, &body))) {
            answer->length = answer->insertions = answer->total = 0;
            answer_all(answer, (Slice){body, buffer + length});
            if (!send_answer(socket, answer)) goto over;
            memmove(buffer, buffer + length, have - length + 1);
            have -= length;
        }
    }
over:
    close(socket);
    free(answer->text);
    free(answer);
    free(buffer);
    return NULL;
}

static void *end_with_input(void *unused) {
    char byte;
    while (read(0, &byte, 1) > 0) {}
    exit(0);
    return unused;
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    chain_build();
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof place;
    if (bind(listener, (struct sockaddr *)&place, size) || listen(listener, 64)
        || getsockname(listener, (struct sockaddr *)&place, &size)) {
        perror("canned");
        return 1;
    }
    printf("{\"ready\":true,\"rpc\":\"http://127.0.0.1:%d\",\"contract\":\"0x%s\",\"chainId\":%d,\"head\":%d,"
           "\"emptyBlocks\":%d,\"logs\":%d,\"logsInBlock\":%d}\n",
        ntohs(place.sin_port), contract_address, chain_id, head_number, empty_blocks, log_count, logs_in_block);
    fflush(stdout);
    pthread_t thread;
    pthread_create(&thread, NULL, end_with_input, NULL);
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0) continue;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)connection))
            close(connection);
        else
            pthread_detach(thread);
    }
}
