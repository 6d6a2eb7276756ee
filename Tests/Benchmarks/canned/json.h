#pragma once
#include <stddef.h>

// A value inside a JSON text: where it begins and ends.
typedef struct {
    const char *begin, *end;
} Slice;

// Steps over one value and the space around it; null where there is none.
const char *json_skip(const char *at, const char *end);

// The member of an object, or an empty slice.
Slice json_member(Slice object, const char *name);

// The element of an array, or an empty slice.
Slice json_element(Slice array, size_t index);

// Whether it is this text, quotes included.
int json_is(Slice value, const char *text);
