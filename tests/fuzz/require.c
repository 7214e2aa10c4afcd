/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "require.h"

#include "verdict/metrics.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const thresholds[] = {
    NULL,       "20%",      "10%",    "480",     "480:",  "0",    "12.5%", "@0:5",
    "100:2000", "@10%:20%", "~:4000", "5%:4000", "50:1%", "100%", "@0",    "1000000000000"};
enum { THRESHOLDS = sizeof thresholds / sizeof thresholds[0], STATES = 4 };

static struct threshold choose_threshold(uint8_t number) {
    const char *text = thresholds[number % THRESHOLDS];
    struct threshold threshold = {.text = NULL};
    const char *reason;

    if (text != NULL) {
        require(threshold_parse(text, &threshold, &reason) == 0, "the threshold is a sound one");
        threshold.text = text;
    }
    return threshold;
}

struct judging judging_choose(struct fuzz_input *fuzz_input) {
    uint8_t both = fuzz_input_byte(fuzz_input);
    uint8_t rest = fuzz_input_byte(fuzz_input);

    return (struct judging){
        .warning = choose_threshold(both % THRESHOLDS),
        .critical = choose_threshold(both / THRESHOLDS),
        .has_forecast = (rest & 1) != 0,
        .forecast_state = (enum state)(rest / 2 % STATES),
        .unavailable = (enum state)(rest / 8 % STATES),
    };
}

/* The characters of one item of perfdata, and the blank before the next one. */
static const char *pass_item(const char *text) {
    static const char label[] = "abcdefghijklmnopqrstuvwxyz_";
    static const char figures[] = "0123456789.-:~@;";
    size_t length = strspn(text, label);

    require(length > 0 && text[length] == '=', "a label stands before an equals sign");
    text += length + 1;
    require(isdigit((unsigned char)*text) || (*text == '-' && isdigit((unsigned char)text[1])),
            "a value is a number");
    text += strspn(text, "-0123456789.");
    if (*text == 's' || *text == '%')
        text++;
    text += strspn(text, figures);
    if (*text == '\0')
        return text;
    require(text[0] == ' ' && text[1] != '\0' && text[1] != ' ', "one blank is between two items");
    return text + 1;
}

static void require_perfdata(const char *text) {
    require(*text != '\0', "perfdata is not empty");
    while (*text != '\0')
        text = pass_item(text);
}

static void require_judgement(const struct judgement *judgement, const struct token_info *info) {
    require(judgement->state <= STATE_UNKNOWN, "a state is one of four");
    require(*judgement->text != '\0', "there is a text");
    require_fit_for_output(judgement->text);
    require(strpbrk(judgement->text, "|<>&\\") == NULL, "no engine splits or interprets the text");
    require(strlen(judgement->text) < 4096, "a line has an end");
    if (judgement->perfdata != NULL)
        require_perfdata(judgement->perfdata);
    if (info->kind == REPLY_LIMIT_EXCEEDED || info->kind == REPLY_TOKEN_REFUSED ||
        (info->kind == REPLY_TOKEN && info->available.value <= 0))
        require(judgement->state == STATE_CRITICAL, "no calls left are critical");
    if (info->kind == REPLY_BUSY || info->kind == REPLY_NOT_UNDERSTOOD)
        require(judgement->state == STATE_UNKNOWN, "what says nothing is unknown");
}

static char *write_to_memory(void (*write)(FILE *stream, const struct sentence_input *input),
                             const struct sentence_input *input) {
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);

    require(stream != NULL, "there is memory");
    write(stream, input);
    require(fclose(stream) == 0, "there is memory");
    return text;
}

struct judgement judge(const struct judging *judging, const struct result *result) {
    const struct token_info *info = &result->exchange.info;
    const struct options options = {
        .server = {.host = "crm0001.wolkvox.com", .port = 443},
        .timeout = 10,
        .has_forecast = judging->has_forecast,
        .forecast = judging->forecast_state,
    };
    bool has_forecast = judging->has_forecast && info->kind == REPLY_TOKEN;
    struct forecast forecast = {.kind = FORECAST_NONE};

    if (has_forecast)
        forecast = forecast_make(result);
    const struct evaluate_input evaluate_input = {
        .info = info,
        .warning = &judging->warning,
        .critical = &judging->critical,
        .forecast = has_forecast ? &forecast : NULL,
        .forecast_state = judging->forecast_state,
        .unavailable = judging->unavailable,
    };
    const struct verdict verdict = evaluate(&evaluate_input);
    const struct sentence_input input = {
        .options = &options,
        .result = result,
        .forecast = evaluate_input.forecast,
        .verdict = &verdict,
    };
    struct judgement judgement = {
        .state = verdict.state,
        .text = write_to_memory(sentence_write_text, &input),
        .perfdata = verdict_has_figures(info->kind) ? write_to_memory(metrics_write, &input) : NULL,
    };
    require_judgement(&judgement, info);
    return judgement;
}

void judgement_free(struct judgement *judgement) {
    free(judgement->text);
    free(judgement->perfdata);
}
