/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state.h"

#include <stddef.h>
#include <strings.h>

static const char *const names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

const char *state_name(enum state state) {
    return names[state];
}

int state_parse(const char *text, enum state *state) {
    for (enum state candidate = STATE_OK; candidate <= STATE_UNKNOWN; candidate++) {
        const char digit[] = {(char)('0' + candidate), '\0'};
        if (strcasecmp(text, names[candidate]) == 0 || strcasecmp(text, digit) == 0) {
            *state = candidate;
            return 0;
        }
    }
    return -1;
}

enum state worse_state(enum state a, enum state b) {
    if (a == STATE_CRITICAL || b == STATE_CRITICAL)
        return STATE_CRITICAL;
    return a > b ? a : b;
}
