// The least that following costs: downloads the answers by libcurl, and inserts as many rows of the same form into the
// same tables with the same indices, with the cursor, in a transaction an answer. Nothing is decoded, hashed or checked.
//
//     floor URL CONTRACT DATABASE FIRST LAST WINDOW SPEC_BYTES < schema.sql
//
// Prints how many rows there are and the seconds of CPU time that all of it took.
#define _GNU_SOURCE
#include <curl/curl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    logs_in_block = 5,
    answer_start = 34,  // {"jsonrpc":"2.0","id":1,"result":[
    answer_end = 4,
};

static char *body;
static size_t have, room;

static size_t receive(char *bytes, size_t size, size_t count, void *unused) {
    (void)unused;
    count *= size;
    if (have + count > room) {
        room = 2 * (have + count);
        body = realloc(body, room);
    }
    memcpy(body + have, bytes, count);
    have += count;
    return count;
}

static void must(int code, sqlite3 *database) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fprintf(stderr, "floor: %s\n", sqlite3_errmsg(database));
    exit(1);
}

static void run(sqlite3 *database, const char *sql) { must(sqlite3_exec(database, sql, NULL, NULL, NULL), database); }

static sqlite3_stmt *prepare(sqlite3 *database, const char *sql) {
    sqlite3_stmt *statement;
    must(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), database);
    return statement;
}

static void step(sqlite3_stmt *statement) {
    must(sqlite3_step(statement), sqlite3_db_handle(statement));
    sqlite3_reset(statement);
}

// As the relayer opens its database.
static sqlite3 *open_database(const char *path) {
    sqlite3 *database;
    must(sqlite3_open(path, &database), database);
    run(database, "PRAGMA page_size=8192;PRAGMA cache_size=-32768;PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL");
    static char schema[1 << 16];
    schema[fread(schema, 1, sizeof schema - 1, stdin)] = 0;
    run(database, schema);
    run(database, "INSERT INTO contract (id, address, start_block, next_block, second_block)"
                  " VALUES (1, zeroblob(20), 0, 0, 0)");
    return database;
}

static CURL *download;

static void get_logs(const char *contract, unsigned long first, unsigned long last) {
    char question[512];
    snprintf(question, sizeof question,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_getLogs\",\"params\":[{\"address\":\"%s\",\"fromBlock\":\"0x%lx\","
        "\"toBlock\":\"0x%lx\"}]}", contract, first, last);
    have = 0;
    curl_easy_setopt(download, CURLOPT_COPYPOSTFIELDS, question);
    if (curl_easy_perform(download) == CURLE_OK && have > 40 && memcmp(body + 24, "\"error\"", 7)) return;
    fprintf(stderr, "floor: blocks %lu to %lu: %.*s\n", first, last, (int)(have < 200 ? have : 200), body);
    exit(1);
}

// How long a log is with the comma behind it: all of them are alike.
static size_t log_length(const char *first, const char *end) {
    const char *found = memmem(first, (size_t)(end - first), "},", 2);
    return found ? (size_t)(found + 2 - first) : (size_t)(end - first);
}

// Bytes without order: as hashes, at the price of a multiplication.
static void scramble(unsigned char *out, size_t length) {
    static unsigned long state = 1;
    for (size_t i = 0; i < length; i += 8) {
        state = state * 6364136223846793005ul + 1442695040888963407ul;
        unsigned long value = state ^ state >> 29;
        memcpy(out + i, &value, 8);
    }
}

int main(int count, char **arguments) {
    if (count != 8) {
        fprintf(stderr, "usage: floor URL CONTRACT DATABASE FIRST LAST WINDOW SPEC_BYTES < schema.sql\n");
        return 2;
    }
    unsigned long first = strtoul(arguments[4], NULL, 10), last = strtoul(arguments[5], NULL, 10);
    unsigned long window = strtoul(arguments[6], NULL, 10), rows = 0;
    int spec_bytes = atoi(arguments[7]);
    sqlite3 *database = open_database(arguments[3]);
    sqlite3_stmt *request = prepare(database,
        "INSERT INTO request (hash_key, hash, contract_id, job_id, requester, party, spec, result_type, damage, block_number,"
        " block_hash, transaction_hash, log_index, state, wake_at, observed_at, changed_at)"
        " VALUES (?1, ?2, 1, ?3, ?4, ?4, ?5, 1, NULL, ?6, ?7, ?8, ?9, 'observed', 0, ?10, ?11)");
    sqlite3_stmt *audit = prepare(database,
        "INSERT INTO audit (request_id, at, from_state, to_state, event, detail)"
        " VALUES (?, ?, NULL, 'observed', 'observed', NULL)");
    sqlite3_stmt *cursor = prepare(database, "UPDATE contract SET next_block = ? WHERE id = 1");
    download = curl_easy_init();
    curl_easy_setopt(download, CURLOPT_URL, arguments[1]);
    curl_easy_setopt(download, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(download, CURLOPT_BUFFERSIZE, 524288L);
    curl_easy_setopt(download, CURLOPT_HTTPHEADER, curl_slist_append(NULL, "Content-Type: application/json"));
    const sqlite3_int64 now = 1700000000000;
    for (unsigned long from = first; from <= last; from += window) {
        unsigned long to = last - from < window ? last : from + window - 1;
        get_logs(arguments[2], from, to);
        run(database, "BEGIN IMMEDIATE");
        const char *end = body + have, *log = body + answer_start;
        size_t length = log_length(log, end);
        for (unsigned long index = 0; end - log > answer_end; index++, log += length) {
            unsigned char hashes[128];
            sqlite3_int64 key;
            scramble(hashes, sizeof hashes);
            memcpy(&key, hashes, 8);
            sqlite3_bind_int64(request, 1, key);
            sqlite3_bind_blob(request, 2, hashes, 32, NULL);
            sqlite3_bind_blob(request, 3, hashes + 32, 32, NULL);
            sqlite3_bind_blob(request, 4, hashes + 64, 20, NULL);
            sqlite3_bind_blob(request, 5, log, spec_bytes, NULL);
            sqlite3_bind_int64(request, 6, (sqlite3_int64)(from + index / logs_in_block * 2));
            sqlite3_bind_blob(request, 7, hashes + 96, 32, NULL);
            sqlite3_bind_blob(request, 8, hashes + 64, 32, NULL);
            sqlite3_bind_int64(request, 9, (sqlite3_int64)(index % logs_in_block));
            sqlite3_bind_int64(request, 10, now);
            sqlite3_bind_int64(request, 11, now);
            step(request);
            sqlite3_bind_int64(audit, 1, sqlite3_last_insert_rowid(database));
            sqlite3_bind_int64(audit, 2, now);
            step(audit);
            rows++;
        }
        sqlite3_bind_int64(cursor, 1, (sqlite3_int64)(to + 1));
        step(cursor);
        run(database, "COMMIT");
    }
    sqlite3_finalize(request);
    sqlite3_finalize(audit);
    sqlite3_finalize(cursor);
    sqlite3_close(database);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("rows %lu\ncpu_s %.6f\n", rows,
        (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
            + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
}
