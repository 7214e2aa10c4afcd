/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/result_source.h"
#include "deadline.h"
#include "options/options.h"
#include "options/secret.h"
#include "output.h"
#include "process.h"
#include "verdict/evaluate.h"
#include "verdict/forecast.h"
#include "verdict/sentence.h"
#include "watchdog.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char label[] = "WOLKVOX_TOKEN";

/* All that one check is made of. */
struct check {
    int64_t start_ms;
    struct deadline deadline;
    struct options options;
    struct result result;
    bool has_forecast;
    struct forecast forecast;
    struct verdict verdict;
};

static enum state state_of(const struct error *error, const struct options *options) {
    if (error->kind == ERROR_UNAVAILABLE)
        return options->unavailable;
    return error->kind == ERROR_TIMEOUT ? options->timeout_state : STATE_UNKNOWN;
}

static void judge(struct check *check) {
    const struct options *options = &check->options;
    const struct result *result = &check->result;

    check->has_forecast = options->has_forecast && result->answer.info.kind == REPLY_TOKEN;
    if (check->has_forecast)
        check->forecast = forecast_make(result);
    const struct evaluate_input input = {
        .info = &result->answer.info,
        .warning = &options->warning,
        .critical = &options->critical,
        .forecast = check->has_forecast ? &check->forecast : NULL,
        .forecast_state = options->forecast,
        .unavailable = options->unavailable,
    };
    check->verdict = evaluate(&input);
}

/* Prints what is known of the result, and of the error that the check ended in, if there is one.
 * Gives the state to exit with. */
static enum state print(const struct check *check, const struct error *error) {
    const struct result *result = &check->result;
    const struct secret *secret = &check->options.secret;
    bool has_result = result->is_kept || result->exchange.requests > 0;
    const struct sentence_input input = {
        .options = &check->options,
        .result = has_result ? result : NULL,
        .error = error,
        .forecast = check->has_forecast ? &check->forecast : NULL,
        .verdict = &check->verdict,
        .world_readable_token = secret->world_readable && secret->token[0] != '\0',
    };

    return sentence_print(label, &input) == 0 ? check->verdict.state : STATE_UNKNOWN;
}

static enum state end_in_error(struct check *check, const struct error *error) {
    check->verdict.state = state_of(error, &check->options);
    return print(check, error);
}

/* ---- The check, from the command line to the exit ---- */

/* By what is known of -t so far. */
static void start_watchdog(struct check *check) {
    check->deadline = deadline_after(check->start_ms, check->options.timeout);
    watchdog_start(label, &check->deadline, check->options.timeout_state);
}

/* INI files may change -t. */
static int complete_options(struct check *check, struct error *error) {
    enum state timeout_state = check->options.timeout_state;

    if (options_complete(&check->options, error) != 0)
        return -1;
    if (check->options.timeout != check->deadline.seconds ||
        check->options.timeout_state != timeout_state)
        start_watchdog(check);
    return secret_load(&check->options, error);
}

static enum state run(struct check *check, int argc, char **argv) {
    struct error error;

    switch (options_scan(argc, argv, &check->options, &error)) {
    case OPTIONS_HELP:
        output_print_text(options_help);
        return STATE_UNKNOWN;
    case OPTIONS_VERSION:
        output_print_text(PACKAGE_STRING "\n");
        return STATE_UNKNOWN;
    case OPTIONS_FAILED:
        return end_in_error(check, &error);
    case OPTIONS_RUN:
        break;
    }
    start_watchdog(check);
    if (complete_options(check, &error) != 0 ||
        result_get(&check->options, &check->deadline, &check->result, &error) != 0)
        return end_in_error(check, &error);
    judge(check);
    return print(check, NULL);
}

static enum state prepare_and_run(struct check *check, int argc, char **argv) {
    struct error error;

    if (process_prepare() == 0)
        return run(check, argc, argv);
    error_set(&error, ERROR_LOCAL, "a closed standard descriptor cannot be replaced: %s",
              strerror(errno));
    return end_in_error(check, &error);
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
    enum state state = prepare_and_run(&check, argc, argv);

    options_free(&check.options);
    result_free(&check.result);
    return leave(state);
}
