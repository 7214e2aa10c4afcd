/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/sentence.h"

#include "memory_stream.h"
#include "number.h"
#include "output.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

enum { SECONDS_PER_HOUR = 3600, SECONDS_PER_MINUTE = 60 };

/* ---- Figures ---- */

static void write_calls_left(FILE *stream, const struct token_info *info) {
    int64_t available = info->available.value;
    int64_t limit = info->limit.value;
    char percent[NUMBER_SIZE];

    fprintf(stream, "%" PRId64, available);
    if (info->limit.is_known)
        fprintf(stream, " of %" PRId64, limit);
    fputs(" calls left", stream);
    if (!info->limit.is_known || limit == 0)
        return;
    number_format(percent,
                  available > 0 ? number_percent(available, limit, PERCENT_DECIMALS, false) : 0,
                  PERCENT_DECIMALS);
    fprintf(stream, " (%s%%)", percent);
}

static void write_reset(FILE *stream, const struct result *result) {
    if (!result->reset_ms.is_known)
        return;
    int64_t hours = (forecast_reset_in_s(result) + SECONDS_PER_HOUR - 1) / SECONDS_PER_HOUR;
    fprintf(stream, ", counter resets in %" PRId64 " h", hours);
}

static void write_duration(FILE *stream, const char *before, int64_t seconds) {
    bool is_long = seconds >= SECONDS_PER_HOUR;

    fprintf(stream, "%s%" PRId64 " %s", before,
            seconds / (is_long ? SECONDS_PER_HOUR : SECONDS_PER_MINUTE), is_long ? "h" : "min");
}

static void write_forecast(FILE *stream, const struct check *check) {
    const struct forecast *forecast = &check->forecast;

    if (forecast->kind != FORECAST_GONE)
        return;
    if (forecast->pace_s > 0)
        write_duration(stream, ", at the pace of the last ", forecast->pace_s);
    else
        fputs(", at today's pace", stream);
    write_duration(stream, " gone in ", forecast->gone_in_s);
    write_duration(stream, ", ", forecast_reset_in_s(&check->result) - forecast->gone_in_s);
    fputs(" before the reset", stream);
}

/* ---- Reasons ---- */

static void write_criterion(FILE *stream, const char *severity, const struct threshold *threshold,
                            enum threshold_resolution resolution) {
    int length = threshold_name_length(threshold);

    if (resolution == THRESHOLD_RESOLVED)
        fprintf(stream, "%s %s %.*s", severity, threshold_relation(threshold), length,
                threshold->text);
    else if (resolution == THRESHOLD_REVERSED)
        fprintf(stream, "the start of the %s threshold %.*s is above its end", severity, length,
                threshold->text);
    else
        fprintf(stream, "the %s threshold %.*s needs a limit, and the answer has none above 0",
                severity, length, threshold->text);
}

static void write_reasons(FILE *stream, const struct check *check) {
    static const char *const severities[] = {"ok", "warning", "critical", "unknown"};
    const struct verdict *verdict = &check->verdict;
    enum verdict_reason reason = verdict->reason;
    bool is_within_limits = reason == REASON_WITHIN_LIMITS;

    if (is_within_limits && !verdict->is_forecast_worse)
        return;
    fputs(" (", stream);
    if (verdict->is_forecast_worse)
        fprintf(stream, "%s: forecast%s", severities[verdict->state], is_within_limits ? "" : ", ");
    if (reason == REASON_NO_CALLS_LEFT)
        fputs("no calls left is always critical", stream);
    else if (reason == REASON_WARNING || reason == REASON_WARNING_UNRESOLVED)
        write_criterion(stream, "warning", &check->options.warning, verdict->warning.resolution);
    else if (reason == REASON_CRITICAL || reason == REASON_CRITICAL_UNRESOLVED)
        write_criterion(stream, "critical", &check->options.critical, verdict->critical.resolution);
    fputc(')', stream);
}

/* ---- Refusals ---- */

/* What the server said of a request that it did not answer. */
static void write_refusal(FILE *stream, const char *before, const struct token_info *info) {
    char status[NUMBER_SIZE];

    number_format(status, info->status, 0);
    fprintf(stream, "%sHTTP %s", before, status);
    if (info->code.text[0] != '\0' && strcmp(info->code.text, status) != 0)
        fprintf(stream, ", code %s", info->code.text);
    if (info->error.text[0] != '\0')
        fprintf(stream, ", %s", info->error.text);
    if (info->message.text[0] != '\0')
        fprintf(stream, ": %s", info->message.text);
}

/* Whether a URL leads to the host that was asked, on whichever port. */
static bool is_same_host(const char *authority, const char *host) {
    size_t length = strlen(host);
    bool is_ipv6 = *authority == '[';

    authority += is_ipv6;
    return strncasecmp(authority, host, length) == 0 &&
           strchr(is_ipv6 ? "]" : ":/?#", authority[length]) != NULL;
}

/* What a server writes before an @ is a name and a password, and no part of the place; nor is a
 * query, in which a login page may have another number each time. */
static void write_redirect(FILE *stream, const struct check *check) {
    const struct token_exchange *exchange = &check->result.exchange;
    const char *url = NULL;

    if (exchange->requests > 0)
        url = exchange->responses[exchange->requests - 1].redirect;
    if (url == NULL)
        return;
    const char *scheme_end = strstr(url, "://");
    const char *authority = scheme_end != NULL ? scheme_end + strlen("://") : url;
    const char *at = memrchr(authority, '@', strcspn(authority, "/?#"));
    const char *place = at != NULL ? at + 1 : url;
    if (is_same_host(at != NULL ? place : authority, check->options.server.host))
        fputs(" (a redirect that stays on the same host", stream);
    else
        fprintf(stream, " (a redirect to %s",
                excerpt_of(place, strcspn(place, "?#"), EXCERPT_FIELD_MAX).text);
    fputs(", not followed: the token would go along)", stream);
}

static void write_not_understood(FILE *stream, const struct token_info *info) {
    fprintf(stream, "answer not understood: %s", info->reason);
    if (info->begins.text[0] != '\0')
        fprintf(stream, ", it begins \"%s\"", info->begins.text);
    write_refusal(stream, " (", info);
    fputc(')', stream);
}

/* ---- The text ---- */

static void write_exceeded(FILE *stream, const struct check *check) {
    const struct token_info *info = &check->result.answer.info;

    fputs("no calls left", stream);
    if (info->limit.is_known)
        fprintf(stream, " of %" PRId64, info->limit.value);
    write_reset(stream, &check->result);
    write_refusal(stream, " (", info);
    fputc(')', stream);
}

static void write_token_refused(FILE *stream, const struct check *check) {
    const char *token = check->options.secret.token;
    const char *mistake = secret_likely_mistake(token, strlen(token));

    write_refusal(stream, "token refused: ", &check->result.answer.info);
    fputs(" (look at the token file, the operation and the server of the token;"
          " an external token does not work",
          stream);
    if (mistake != NULL)
        fprintf(stream, "; the token in use %s", mistake);
    fputc(')', stream);
}

void sentence_write_text(FILE *stream, const struct check *check) {
    const struct token_info *info = &check->result.answer.info;

    if (!check->has_answer) {
        fputs(check->error.text, stream);
        return;
    }
    if (info->kind != REPLY_TOKEN_REFUSED && info->description.text[0] != '\0')
        fprintf(stream, "%s: ", info->description.text);
    switch (info->kind) {
    case REPLY_TOKEN:
        write_calls_left(stream, info);
        write_reset(stream, &check->result);
        write_forecast(stream, check);
        write_reasons(stream, check);
        break;
    case REPLY_LIMIT_EXCEEDED:
        write_exceeded(stream, check);
        break;
    case REPLY_TOKEN_REFUSED:
        write_token_refused(stream, check);
        break;
    case REPLY_BUSY:
        write_refusal(stream, "busy, which says nothing of the quota: ", info);
        break;
    case REPLY_WRONG_METHOD:
    case REPLY_REFUSED:
        write_refusal(stream, "API not usable: ", info);
        write_redirect(stream, check);
        break;
    case REPLY_NOT_UNDERSTOOD:
        write_not_understood(stream, info);
        break;
    }
}

/* ---- All of it ---- */

/* Whether anything was asked or kept. */
static bool has_result(const struct check *check) {
    return check->result.is_kept || check->result.exchange.requests > 0;
}

static void write_line(FILE *stream, const struct check *check) {
    const struct result *result = &check->result;
    const struct secret *secret = &check->options.secret;

    sentence_write_text(stream, check);
    if (check->options.verbose >= 1 && has_result(check))
        details_write_facts(stream, check);
    if (result->is_kept)
        fprintf(stream, " (answer %" PRId64 " s old)", result->age_s);
    if (result->not_kept[0] != '\0')
        fprintf(stream, " (answer not kept: %s)", result->not_kept);
    if (secret->world_readable && secret->token[0] != '\0')
        fputs(" (token file is readable by everyone)", stream);
}

static void write_long_output(FILE *stream, const struct check *check) {
    if (!check->has_answer && check->error.kind == ERROR_USAGE)
        fputs(options_usage, stream);
    if (check->options.verbose >= 2 && has_result(check))
        details_write_long_output(stream, check);
}

/* Gives what is written, in malloc'ed memory; NULL where that ran out. */
static char *write_to_memory(void (*write)(FILE *stream, const struct check *check),
                             const struct check *check) {
    struct memory_stream stream;

    if (memory_stream_open(&stream) == NULL)
        return NULL;
    write(stream.file, check);
    return memory_stream_close(&stream);
}

int sentence_print(const char *label, const struct check *check) {
    return output_print(label, check->verdict.state, write_to_memory(write_line, check),
                        write_to_memory(metrics_write, check),
                        write_to_memory(write_long_output, check));
}
