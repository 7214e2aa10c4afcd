/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "require.h"

#include "verdict/sentence.h"

#include <string.h>

struct options options_choose(struct fuzz_input *fuzz_input) {
    static const char *const thresholds[] = {
        NULL,       "20%",      "10%",    "480",     "480:",  "0",    "12.5%", "@0:5",
        "100:2000", "@10%:20%", "~:4000", "5%:4000", "50:1%", "100%", "@0",    "1000000000000"};
    enum { THRESHOLDS = sizeof thresholds / sizeof thresholds[0], STATES = 4 };
    uint8_t both = fuzz_input_byte(fuzz_input);
    uint8_t rest = fuzz_input_byte(fuzz_input);

    return (struct options){
        .server = {.host = "crm0001.wolkvox.com", .port = 443},
        .timeout = 10,
        .warning = threshold_of(thresholds[both % THRESHOLDS]),
        .critical = threshold_of(thresholds[both / THRESHOLDS]),
        .has_forecast = (rest & 1) != 0,
        .forecast = (enum state)(rest / 2 % STATES),
        .unavailable = (enum state)(rest / 8 % STATES),
    };
}

static void require_judgement(const struct judgement *judgement, const struct token_info *info) {
    require(judgement->state <= STATE_UNKNOWN, "a state is one of four");
    require(*judgement->text != '\0', "there is a text");
    require_fit_for_output(judgement->text);
    require(strlen(judgement->text) < 4096, "a line has an end");
    if (judgement->perfdata != NULL)
        require(strncmp(judgement->perfdata, "available=", 10) == 0 &&
                    strspn(judgement->perfdata, "abcdefghijklmnopqrstuvwxyz_=0123456789.-:~@;% ") ==
                        strlen(judgement->perfdata),
                "perfdata are labels and figures");
    if (info->kind == REPLY_LIMIT_EXCEEDED || info->kind == REPLY_TOKEN_REFUSED ||
        (info->kind == REPLY_TOKEN && info->available.value <= 0))
        require(judgement->state == STATE_CRITICAL, "no calls left are critical");
    if (info->kind == REPLY_BUSY || info->kind == REPLY_NOT_UNDERSTOOD)
        require(judgement->state == STATE_UNKNOWN, "what says nothing is unknown");
}

struct judgement judge(const struct options *options, const struct result *result) {
    const struct token_info *info = &result->answer.info;
    struct check check = {.options = *options, .result = *result};

    check_judge(&check);
    struct judgement judgement = {
        .state = check.verdict.state,
        .text = check_write(&check, sentence_write_text),
        .perfdata = verdict_has_figures(info->kind) ? check_write(&check, metrics_write) : NULL,
    };
    require_judgement(&judgement, info);
    return judgement;
}

void judgement_free(struct judgement *judgement) {
    free(judgement->text);
    free(judgement->perfdata);
}
