/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ANSWER_H
#define ANSWER_H

#include "api/token_api.h"
#include "cache/usage_history.h"
#include "deadline.h"
#include "error.h"
#include "options/options.h"

#include <stdbool.h>
#include <stdint.h>

/* The answer to a check: a kept one where the user allows it and there is one, else the API's. */

struct answer {
    struct token_exchange exchange; /* its info is the answer; no requests: it was kept */
    bool is_kept;
    int64_t time_ms; /* when it came, since the Epoch */
    int64_t age_s;
    struct usage_history history; /* of kept answers, this one included */
    bool keeping_failed;
    struct error trouble; /* why */
};

/* Gets it. Gives 0, or -1 with *error filled as by http_perform(), ca_file_check() or, where
 * another check of the token did not end in time, with ERROR_TIMEOUT. answer_free() frees it in
 * both cases. */
int answer_get(const struct options *options, const char *token, const struct deadline *deadline,
               struct answer *answer, struct error *error);

void answer_free(struct answer *answer);

#endif
