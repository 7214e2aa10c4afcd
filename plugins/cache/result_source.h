/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "api/token_api.h"
#include "cache/saved_info.h"
#include "error.h"
#include "options/options.h"
#include "state_store.h"

#include <stdbool.h>
#include <stdint.h>

/* What a check judges: a kept answer where the user allows it and there is one, else the API's. */

struct result {
    struct token_exchange exchange; /* no requests: the answer was kept */
    struct saved_info answer;       /* as it is kept, and then completed */
    bool is_kept;
    int64_t age_s;                     /* 0 of a new one */
    struct optional_count reset_ms;    /* when the counter restarts, since the Epoch */
    char not_kept[STORE_TROUBLE_SIZE]; /* why; empty: it was kept, or was not to be */
};

/* Gets it, within the time of -t, which began at start_ms (of clock_now_ms()). "Limit exceeded" is
 * completed by what the last understood answer said, where that was kept. Gives 0, or -1 with
 * *error filled as by token_api_ask() or ca_file_check(). result_free() frees it in both cases. */
int result_get(const struct options *options, int64_t start_ms, struct result *result,
               struct error *error);

void result_free(struct result *result);
