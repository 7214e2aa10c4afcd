/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/result_source.h"
#include "clock.h"
#include "options/options.h"
#include "options/secret.h"
#include "output.h"
#include "process.h"
#include "verdict/evaluate.h"
#include "verdict/sentence.h"
#include "watchdog.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char label[] = "WOLKVOX_TOKEN";

/* By what is known of -t so far. */
static void start_watchdog(struct check *check) {
    watchdog_start(label, check->start_ms, check->options.timeout, check->options.timeout_state);
}

static int complete_options(struct check *check, struct error *error) {
    if (options_complete(&check->options, error) != 0)
        return -1;
    start_watchdog(check); /* INI files may have changed -t */
    return secret_load(&check->options, error);
}

/* Gives the state to exit with. */
static enum state conclude(struct check *check) {
    evaluate(check);
    return sentence_print(label, check) == 0 ? check->verdict.state : STATE_UNKNOWN;
}

static enum state run(struct check *check, int argc, char **argv) {
    struct error *error = &check->error;

    if (process_prepare() != 0) {
        error_set(error, ERROR_LOCAL, "a closed standard descriptor cannot be replaced: %s",
                  strerror(errno));
        return conclude(check);
    }
    switch (options_scan(argc, argv, &check->options, error)) {
    case OPTIONS_HELP:
        output_print_text(options_help);
        return STATE_UNKNOWN;
    case OPTIONS_VERSION:
        output_print_text(PACKAGE_STRING "\n");
        return STATE_UNKNOWN;
    case OPTIONS_FAILED:
        return conclude(check);
    case OPTIONS_RUN:
        break;
    }
    start_watchdog(check);
    check->has_answer = complete_options(check, error) == 0 &&
                        result_get(&check->options, check->start_ms, &check->result, error) == 0;
    return conclude(check);
}

/* Writing may fail as late as at the end: a full disk behind a network, say. The libraries' own
 * ways out are not taken, because one of them may still wait for a resolver; only the leak checker
 * needs them. */
static int leave(enum state state) {
    int status = close(STDOUT_FILENO) == 0 ? (int)state : STATE_UNKNOWN;

#ifndef WITH_SANITIZERS
    _exit(status);
#endif
    return status;
}

int main(int argc, char **argv) {
    struct check check = {.start_ms = clock_now_ms()};
    enum state state = run(&check, argc, argv);

    options_free(&check.options);
    result_free(&check.result);
    return leave(state);
}
