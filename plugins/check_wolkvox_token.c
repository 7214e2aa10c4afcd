/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/result_source.h"
#include "deadline.h"
#include "options/options.h"
#include "options/secret.h"
#include "output.h"
#include "process.h"
#include "text.h"
#include "verdict/evaluate.h"
#include "verdict/forecast.h"
#include "verdict/sentence.h"
#include "watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char label[] = "WOLKVOX_TOKEN";

/* All that one check is made of. */
struct check {
    int64_t start_ms;
    struct options options;
    struct secret secret;
    struct deadline deadline;
    enum state timeout_state;
    struct answer answer;
    bool has_forecast;
    struct forecast forecast;
    struct verdict verdict;
};

static enum state state_of(const struct error *error, const struct options *options) {
    switch (error->kind) {
    case ERROR_UNAVAILABLE:
        return options->unavailable;
    case ERROR_TIMEOUT:
        return options->timeout_state;
    case ERROR_USAGE:
    case ERROR_LOCAL:
        break;
    }
    return STATE_UNKNOWN;
}

/* An error is a verdict, too. */
static int judge_error(struct check *check, const struct error *error) {
    check->verdict =
        (struct verdict){.state = state_of(error, &check->options), .text = strdup(error->text)};
    return check->verdict.text != NULL ? 0 : -1;
}

static void look_ahead(struct check *check) {
    const struct answer *answer = &check->answer;

    check->has_forecast = check->options.has_forecast && answer->exchange.info.kind == REPLY_TOKEN;
    if (check->has_forecast)
        check->forecast = forecast_make(&answer->exchange.info, answer->time_ms, &answer->history);
}

static int judge_answer(struct check *check) {
    const struct answer *answer = &check->answer;
    const struct token_exchange *exchange = &answer->exchange;
    const struct evaluate_input input = {
        .info = &exchange->info,
        .warning = &check->options.warning,
        .critical = &check->options.critical,
        .forecast = check->has_forecast ? &check->forecast : NULL,
        .forecast_state = check->options.forecast,
        .is_kept = answer->is_kept,
        .age_s = answer->age_s,
        .unavailable = check->options.unavailable,
        .redirect = token_exchange_redirect(exchange),
        .host = check->options.server.host,
        .request_ms = exchange->milliseconds,
        .timeout_s = check->options.timeout,
    };

    return evaluate(&input, &check->verdict);
}

static int find_and_judge(struct check *check, struct error *error) {
    if (answer_get(&check->options, check->secret.token, &check->deadline, &check->answer, error) !=
        0)
        return judge_error(check, error);
    look_ahead(check);
    return judge_answer(check);
}

/* ---- Output: each gives the state to exit with ---- */

static enum state state_if_printed(int printed, enum state state) {
    return printed == 0 ? state : STATE_UNKNOWN;
}

static enum state print_error(const struct error *error) {
    const struct output result = {
        .state = STATE_UNKNOWN,
        .text = error->text,
        .long_output = error->kind == ERROR_USAGE ? options_usage : NULL,
    };

    return state_if_printed(output_print(label, &result), STATE_UNKNOWN);
}

static enum state print_report(const struct check *check) {
    const struct answer *answer = &check->answer;
    bool has_answer = answer->is_kept || answer->exchange.requests > 0;
    const struct report_input input = {
        .options = &check->options,
        .secret = &check->secret,
        .answer = has_answer ? answer : NULL,
        .forecast = check->has_forecast ? &check->forecast : NULL,
        .verdict = &check->verdict,
    };

    return state_if_printed(report(label, &input), check->verdict.state);
}

/* ---- The check, from the command line to the exit ---- */

static void start_watchdog(struct check *check) {
    check->deadline = deadline_after(check->start_ms, check->options.timeout);
    check->timeout_state = check->options.timeout_state;
    watchdog_start(label, &check->deadline, check->timeout_state);
}

static enum state run(struct check *check, int argc, char **argv) {
    struct error error;

    switch (options_scan(argc, argv, &check->options, &error)) {
    case OPTIONS_HELP:
        return state_if_printed(options_print_help(), STATE_UNKNOWN);
    case OPTIONS_VERSION:
        return state_if_printed(output_print_text(PACKAGE_STRING "\n"), STATE_UNKNOWN);
    case OPTIONS_FAILED:
        return print_error(&error);
    case OPTIONS_RUN:
        break;
    }
    start_watchdog(check);
    process_silence_standard_error();
    if (options_complete(&check->options, &check->deadline, &error) != 0)
        return print_error(&error);
    if (check->deadline.seconds != check->options.timeout ||
        check->timeout_state != check->options.timeout_state)
        start_watchdog(check);
    if (secret_load(&check->secret, &check->options, &check->deadline, &error) != 0)
        return print_error(&error);
    if (find_and_judge(check, &error) != 0) {
        error_out_of_memory(&error);
        return print_error(&error);
    }
    return print_report(check);
}

/* Writing may fail as late as at the end: a full disk behind a network, say. The libraries' own
 * ways out are not taken, for one of them may still wait for a resolver; only the leak checker
 * needs them. */
static int leave(enum state state) {
    int status = close(STDOUT_FILENO) == 0 ? (int)state : STATE_UNKNOWN;

#ifndef WITH_SANITIZERS
    _exit(status);
#endif
    return status;
}

static void check_free(struct check *check) {
    options_free(&check->options);
    answer_free(&check->answer);
    verdict_free(&check->verdict);
}

int main(int argc, char **argv) {
    struct check check = {.start_ms = clock_now_ms()};

    if (process_prepare() != 0)
        return STATE_UNKNOWN;
    enum state state = run(&check, argc, argv);
    check_free(&check);
    return leave(state);
}
