#include "json.h"

#include <string.h>

enum { deepest = 64 };

static const char *skip_space(const char *at, const char *end) {
    while (at < end && strchr(" \t\r\n", *at)) at++;
    return at;
}

static const char *skip_string(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\') at++;
    return at < end ? at + 1 : NULL;
}

const char *json_skip(const char *at, const char *end) {
    int depth = 0;
    do {
        at = skip_space(at, end);
        if (at >= end) return NULL;
        if (*at == '"') {
            at = skip_string(at, end);
            if (!at) return NULL;
        } else if (*at == '{' || *at == '[') {
            if (++depth > deepest) return NULL;
            at++;
        } else if (*at == '}' || *at == ']') {
            if (--depth < 0) return NULL;
            at++;
        } else if (*at == ',' || *at == ':') {
            if (!depth) return NULL;
            at++;
        } else {
            while (at < end && !strchr(",:]} \t\r\n", *at)) at++;
        }
    } while (depth);
    return skip_space(at, end);
}

Slice json_member(Slice object, const char *name) {
    const char *at = object.begin;
    if (at >= object.end || *at != '{') return (Slice){0};
    at = skip_space(at + 1, object.end);
    while (at && at < object.end && *at == '"') {
        Slice key = {at, skip_string(at, object.end)};
        if (!key.end) break;
        at = skip_space(key.end, object.end);
        if (at >= object.end || *at != ':') break;
        Slice value = {skip_space(at + 1, object.end), NULL};
        value.end = json_skip(value.begin, object.end);
        if (!value.end) break;
        if (json_is(key, name)) return value;
        at = value.end < object.end && *value.end == ',' ? skip_space(value.end + 1, object.end) : NULL;
    }
    return (Slice){0};
}

Slice json_element(Slice array, size_t index) {
    if (array.begin >= array.end || *array.begin != '[') return (Slice){0};
    const char *at = skip_space(array.begin + 1, array.end);
    while (at < array.end && *at != ']') {
        Slice value = {at, json_skip(at, array.end)};
        if (!value.end) break;
        if (!index--) return value;
        if (value.end >= array.end || *value.end != ',') break;
        at = skip_space(value.end + 1, array.end);
    }
    return (Slice){0};
}

int json_is(Slice value, const char *text) {
    size_t length = strlen(text);
    return value.begin && (size_t)(value.end - value.begin) >= length && !memcmp(value.begin, text, length)
        && skip_space(value.begin + length, value.end) == value.end;
}
