/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "figures.h"
#include "int128.h"
#include "mask.h"
#include "number.h"
#include "unit.h"
#include "verdict/evaluate.h"

#include <inttypes.h>

#define BIG NUMBER_MAX
#define TIME " time=0.213s;;;0;10"

static struct token_info info_of(enum reply_kind kind, const struct figures *figures) {
    return (struct token_info){.kind = kind,
                               .status = kind == REPLY_LIMIT_EXCEEDED ? 403 : 200,
                               .available = count_of(figures->available),
                               .limit = count_of(figures->limit),
                               .used = count_of(figures->used),
                               .hours = count_of(figures->hours)};
}

/* A threshold and the room for its text. */
struct kept_threshold {
    char text[64];
    struct threshold threshold;
};

static void read_threshold(struct kept_threshold *kept, const char *text) {
    const char *reason;

    *kept = (struct kept_threshold){.text = ""};
    if (text == NULL)
        return;
    if (threshold_parse(text, &kept->threshold, &reason) != 0)
        fail_msg("%s is refused", text);
    snprintf(kept->text, sizeof kept->text, "%s", text);
    kept->threshold.text = kept->text;
}

/* All but the thresholds. */
static struct evaluate_input input_of(const struct token_info *info) {
    return (struct evaluate_input){.info = info,
                                   .unavailable = STATE_CRITICAL,
                                   .host = "crm0001.wolkvox.com",
                                   .request_ms = 213,
                                   .timeout_s = 10};
}

static struct verdict judge_input(struct evaluate_input input, const char *warning,
                                  const char *critical) {
    struct kept_threshold kept_warning;
    struct kept_threshold kept_critical;
    struct verdict verdict;

    read_threshold(&kept_warning, warning);
    read_threshold(&kept_critical, critical);
    input.warning = &kept_warning.threshold;
    input.critical = &kept_critical.threshold;
    assert_int_equal(evaluate(&input, &verdict), 0);
    assert_non_null(verdict.text);
    return verdict;
}

static struct verdict judge(const struct token_info *info, const char *warning,
                            const char *critical) {
    return judge_input(input_of(info), warning, critical);
}

static bool has(const char *text, const char *part) {
    return part == NULL || strstr(text, part) != NULL;
}

static const char *shown(const char *text) {
    return text != NULL ? text : "(none)";
}

/* Judges without thresholds. */
static void check_words(struct evaluate_input input, const char *text, const char *perfdata) {
    struct verdict verdict = judge_input(input, NULL, NULL);

    unit_check(strcmp(verdict.text, text) == 0, "'%s', not '%s'", verdict.text, text);
    unit_check(strcmp(shown(verdict.perfdata), perfdata) == 0, "'%s', not '%s'",
               shown(verdict.perfdata), perfdata);
    verdict_free(&verdict);
}

/* ---- The contract's own examples ---- */

static void the_examples_come_out_word_for_word(void **context) {
    static const struct {
        struct figures figures;
        enum state state;
        const char *text;
        const char *perfdata;
    } cases[] = {
        {{4799, 4800, 1, 15},
         STATE_OK,
         "sales-crm: 4799 of 4800 calls left (99.97%), counter resets in 15 h",
         "available=4799;960:;480:;0;4800 used=1;3840;4320;0;4800 "
         "used_percent=0.03%;80;90;0;100 reset=54000s;;;0 time=0.213s;;;0;10"},
        {{100, 4800, 4700, 15},
         STATE_CRITICAL,
         "sales-crm: 100 of 4800 calls left (2.08%), counter resets in 15 h (critical below 10%)",
         "available=100;960:;480:;0;4800 used=4700;3840;4320;0;4800 "
         "used_percent=97.92%;80;90;0;100 reset=54000s;;;0 time=0.213s;;;0;10"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_of(REPLY_TOKEN, &cases[i].figures);
        strcpy(info.description.text, "sales-crm");
        struct verdict verdict = judge(&info, "20%", "10%");
        unit_check(verdict.state == cases[i].state, "state %d", (int)verdict.state);
        unit_check(strcmp(verdict.text, cases[i].text) == 0, "'%s'", verdict.text);
        unit_check(strcmp(shown(verdict.perfdata), cases[i].perfdata) == 0, "'%s'",
                   shown(verdict.perfdata));
        verdict_free(&verdict);
    }
    unit_end();
}

/* ---- States ---- */

static void states_follow_the_thresholds(void **context) {
    static const struct {
        int64_t available;
        int64_t limit;
        const char *warning;
        const char *critical;
        enum state state;
        const char *words; /* in the text */
    } cases[] = {
        /* exactly at a minimum is not an alert */
        {960, 4800, "20%", "10%", STATE_OK, NULL},
        {959, 4800, "20%", "10%", STATE_WARNING, "(warning below 20%)"},
        {480, 4800, "20%", "10%", STATE_WARNING, "(warning below 20%)"},
        {479, 4800, "20%", "10%", STATE_CRITICAL, "(critical below 10%)"},
        {480, 4800, "480", NULL, STATE_OK, NULL},
        {479, 4800, "480", NULL, STATE_WARNING, "(warning below 480)"},
        {480, NO, NULL, "480", STATE_OK, NULL},
        {479, NO, NULL, "480", STATE_CRITICAL, "(critical below 480)"},
        {479, NO, NULL, "480:", STATE_CRITICAL, "480:)"},
        {479, 0, NULL, "480", STATE_CRITICAL, "(critical below 480)"},
        {1, 4800, "0", "0", STATE_OK, NULL},
        {1, 4800, NULL, NULL, STATE_OK, NULL},
        {1, NO, NULL, NULL, STATE_OK, NULL},
        {4800, 4800, "100%", NULL, STATE_OK, NULL},
        {4799, 4800, "100%", NULL, STATE_WARNING, "(warning below 100%)"},
        {4799, 4800, "99.999%", NULL, STATE_WARNING, "99.999%"},
        {9000, 4800, "20%", "10%", STATE_OK, NULL},
        {9000, 4800, "10000", "10%", STATE_WARNING, "10000"},
        {BIG, BIG, "100%", "100%", STATE_OK, NULL},
        {BIG - 1, BIG, "100%", "50%", STATE_WARNING, "100%"},
        {INT64_C(9007109182748445), BIG, NULL, "99.999%", STATE_OK, NULL},
        {INT64_C(9007109182748444), BIG, NULL, "99.999%", STATE_CRITICAL, "99.999%"},
        /* ranges */
        {10, 4800, "10:20", NULL, STATE_OK, NULL},
        {20, 4800, "10:20", NULL, STATE_OK, NULL},
        {21, 4800, "10:20", NULL, STATE_WARNING, "10:20"},
        {9, 4800, "10:20", NULL, STATE_WARNING, "10:20"},
        {10, 4800, NULL, "@10:20", STATE_CRITICAL, "@10:20"},
        {20, 4800, NULL, "@10:20", STATE_CRITICAL, "@10:20"},
        {21, 4800, NULL, "@10:20", STATE_OK, NULL},
        {9, 4800, NULL, "@10:20", STATE_OK, NULL},
        {11, 4800, "~:10", NULL, STATE_WARNING, "~:10"},
        {10, 4800, "~:10", NULL, STATE_OK, NULL},
        {11, 4800, ":10", NULL, STATE_WARNING, ":10"},
        {10, 4800, ":10", NULL, STATE_OK, NULL},
        {480, 4800, "@10%", NULL, STATE_WARNING, "@10%"},
        {481, 4800, "@10%", NULL, STATE_OK, NULL},
        {50, 100, "20:60%", NULL, STATE_OK, NULL},
        {61, 100, "20:60%", NULL, STATE_WARNING, "20:60%"},
        /* critical first */
        {5, 4800, "10", "10", STATE_CRITICAL, "(critical below 10)"},
        {5, 4800, "@0:10", "20", STATE_CRITICAL, "(critical below 20)"},
        /* no calls left, whatever the thresholds say */
        {0, 4800, "20%", "10%", STATE_CRITICAL, NULL},
        {0, 4800, NULL, NULL, STATE_CRITICAL, NULL},
        {0, 4800, "0", "0", STATE_CRITICAL, NULL},
        {0, 4800, "0%", "0%", STATE_CRITICAL, NULL},
        {0, 4800, "@5:10", "@5:10", STATE_CRITICAL, NULL},
        {0, 4800, "~:5", "~:5", STATE_CRITICAL, NULL},
        {0, 4800, "5", NULL, STATE_CRITICAL, NULL},
        {-1, 4800, NULL, NULL, STATE_CRITICAL, NULL},
        {-1, 4800, "~:0", "~:0", STATE_CRITICAL, NULL},
        {-BIG, 4800, "20%", "10%", STATE_CRITICAL, NULL},
        {0, NO, NULL, NULL, STATE_CRITICAL, NULL},
        {0, NO, "20%", "10%", STATE_CRITICAL, NULL},
        {-5, NO, "20%", "10%", STATE_CRITICAL, NULL},
        {0, 0, "20%", "10%", STATE_CRITICAL, NULL},
        {0, NO, "20%", NULL, STATE_CRITICAL, NULL},
        {0, 4800, NULL, "5000:10%", STATE_CRITICAL, NULL},
        {0, 4800, "5000:10%", NULL, STATE_CRITICAL, NULL},
        /* a percentage without a limit; critical is looked at before what is not known */
        {100, NO, "20%", "10%", STATE_UNKNOWN, "10%"},
        {100, 0, "20%", "10%", STATE_UNKNOWN, "10%"},
        {BIG, NO, "20%", "10%", STATE_UNKNOWN, NULL},
        {100, NO, NULL, "10%", STATE_UNKNOWN, "10%"},
        {100, NO, "20%", NULL, STATE_UNKNOWN, "20%"},
        {100, NO, "20%", "50", STATE_UNKNOWN, "20%"},
        {100, 0, "20%", "50", STATE_UNKNOWN, "20%"},
        {49, NO, "20%", "50", STATE_CRITICAL, "(critical below 50)"},
        {49, 0, "20%", "50", STATE_CRITICAL, "(critical below 50)"},
        {100, NO, "200", "10%", STATE_UNKNOWN, "10%"},
        {300, NO, "200", "10%", STATE_UNKNOWN, "10%"},
        {100, NO, "0%", "0%", STATE_UNKNOWN, NULL},
        {100, NO, "@10%", NULL, STATE_UNKNOWN, NULL},
        {100, NO, "200", "50", STATE_WARNING, "(warning below 200)"},
        {100, 0, "200", "50", STATE_WARNING, "(warning below 200)"},
        /* ends of different units, start beyond end with this limit */
        {100, 4800, NULL, "500:10%", STATE_UNKNOWN, "500:10%"},
        {100, 4800, "500:10%", NULL, STATE_UNKNOWN, "500:10%"},
        {100, 4800, "500:10%", "200", STATE_CRITICAL, "(critical below 200)"},
        {100, 4800, "200", "500:10%", STATE_UNKNOWN, "500:10%"},
        {480, 4800, NULL, "480:10%", STATE_OK, NULL},
        /* two minimums of different units are not compared: critical first */
        {600, 4800, "10%", "700", STATE_CRITICAL, "700"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures figures = {cases[i].available, cases[i].limit, NO, NO};
        struct token_info info = info_of(REPLY_TOKEN, &figures);
        struct verdict verdict = judge(&info, cases[i].warning, cases[i].critical);
        unit_check(verdict.state == cases[i].state, "%" PRId64 " of %" PRId64 ", -w %s -c %s: %s",
                   cases[i].available, cases[i].limit, shown(cases[i].warning),
                   shown(cases[i].critical), state_name(verdict.state));
        unit_check(has(verdict.text, cases[i].words), "'%s' lacks '%s'", verdict.text,
                   cases[i].words);
        unit_check(cases[i].state != STATE_OK || strstr(verdict.text, "below") == NULL, "'%s'",
                   verdict.text);
        unit_check(verdict.perfdata != NULL &&
                       strncmp(verdict.perfdata, "available=", strlen("available=")) == 0,
                   "perfdata '%s'", shown(verdict.perfdata));
        verdict_free(&verdict);
    }
    unit_end();
}

/* ---- Perfdata ---- */

static void perfdata_has_the_documented_form(void **context) {
    static const struct {
        struct figures figures;
        const char *warning;
        const char *critical;
        const char *perfdata;
    } cases[] = {
        /* what the API did not give is left out */
        {{7, NO, NO, NO}, NULL, NULL, "available=7;;;0" TIME},
        {{7, NO, NO, NO}, "5", "3", "available=7;5:;3:;0" TIME},
        {{7, NO, NO, NO}, "20%", "10%", "available=7;;;0" TIME},
        {{7, NO, NO, NO}, "20%", "3", "available=7;;3:;0" TIME},
        {{7, NO, NO, NO}, "5", "10%", "available=7;5:;;0" TIME},
        {{7, NO, 3, NO}, "5", "3", "available=7;5:;3:;0 used=3;;;0" TIME},
        {{7, NO, NO, 15}, "5", NULL, "available=7;5:;;0 reset=54000s;;;0" TIME},
        {{7, NO, 3, 0}, NULL, "5", "available=7;;5:;0 used=3;;;0 reset=0s;;;0" TIME},
        {{7, 10, NO, NO}, "20%", "10%", "available=7;2:;1:;0;10 used_percent=30%;80;90;0;100" TIME},
        {{7, 10, NO, 9999},
         NULL,
         NULL,
         "available=7;;;0;10 used_percent=30%;;;0;100 reset=35996400s;;;0" TIME},
        /* one threshold only */
        {{7, 10, 3, NO},
         "20%",
         NULL,
         "available=7;2:;;0;10 used=3;8;;0;10 used_percent=30%;80;;0;100" TIME},
        {{7, 10, 3, NO},
         NULL,
         "10%",
         "available=7;;1:;0;10 used=3;;9;0;10 used_percent=30%;;90;0;100" TIME},
        {{7, 10, 3, NO},
         "4:",
         "0",
         "available=7;4:;0:;0;10 used=3;6;10;0;10 used_percent=30%;60;100;0;100" TIME},
        {{10, 10, 0, NO},
         "100%",
         "10",
         "available=10;10:;10:;0;10 used=0;0;0;0;10 used_percent=0%;0;0;0;100" TIME},
        /* used and left do not add up to the limit */
        {{7, 10, 2, NO},
         "20%",
         "10%",
         "available=7;2:;1:;0;10 used=2;;;0;10 used_percent=30%;80;90;0;100" TIME},
        {{7, 10, 4, NO},
         "20%",
         "10%",
         "available=7;2:;1:;0;10 used=4;;;0;10 used_percent=30%;80;90;0;100" TIME},
        {{12, 10, 0, NO},
         "20%",
         "10%",
         "available=12;2:;1:;0;10 used=0;;;0;10 used_percent=0%;80;90;0;100" TIME},
        {{-5, 10, 15, NO},
         "20%",
         "10%",
         "available=-5;2:;1:;0;10 used=15;8;9;0;10 used_percent=100%;80;90;0;100" TIME},
        {{-5, 10, 10, NO},
         "20%",
         "10%",
         "available=-5;2:;1:;0;10 used=10;;;0;10 used_percent=100%;80;90;0;100" TIME},
        {{0, 10, 10, NO},
         "20%",
         "10%",
         "available=0;2:;1:;0;10 used=10;8;9;0;10 used_percent=100%;80;90;0;100" TIME},
        /* a threshold above the limit */
        {{7, 10, 3, NO},
         "11",
         "10",
         "available=7;11:;10:;0;10 used=3;;0;0;10 used_percent=30%;;0;0;100" TIME},
        {{7, 10, 3, NO},
         "9007199254740992",
         "9",
         "available=7;9007199254740992:;9:;0;10 used=3;;1;0;10 used_percent=30%;;10;0;100" TIME},
        /* no simple minimum */
        {{7, 10, 3, NO},
         "2:8",
         "@0:1",
         "available=7;2:8;@0:1;0;10 used=3;;;0;10 used_percent=30%;;;0;100" TIME},
        {{7, 10, 3, NO},
         "~:8",
         ":9",
         "available=7;~:8;0:9;0;10 used=3;;;0;10 used_percent=30%;;;0;100" TIME},
        {{7, 10, 3, NO},
         "@1",
         "20%",
         "available=7;@0:1;2:;0;10 used=3;;8;0;10 used_percent=30%;;80;0;100" TIME},
        {{7, 10, 3, NO},
         "20%:80%",
         "@~:10%",
         "available=7;2:8;@~:1;0;10 used=3;;;0;10 used_percent=30%;;;0;100" TIME},
        {{7, 10, 3, NO},
         "@5:",
         "1",
         "available=7;@5:;1:;0;10 used=3;;9;0;10 used_percent=30%;;90;0;100" TIME},
        /* percentages that do not divide evenly */
        {{5, 7, 2, NO},
         "20%",
         "10%",
         "available=5;2:;1:;0;7 used=2;5;6;0;7 used_percent=28.58%;71.43;85.72;0;100" TIME},
        {{2, 3, 1, NO},
         "33.333%",
         NULL,
         "available=2;1:;;0;3 used=1;2;;0;3 used_percent=33.34%;66.67;;0;100" TIME},
        {{4000, 4801, 801, NO},
         "20%",
         "10%",
         "available=4000;961:;481:;0;4801 used=801;3840;4320;0;4801 "
         "used_percent=16.69%;79.99;89.99;0;100" TIME},
        {{1, 1, 0, NO},
         "20%",
         "10%",
         "available=1;1:;1:;0;1 used=0;0;0;0;1 used_percent=0%;0;0;0;100" TIME},
        /* rounded up: one of very many shows */
        {{BIG - 1, BIG, 1, NO},
         NULL,
         NULL,
         "available=9007199254740991;;;0;9007199254740992 used=1;;;0;9007199254740992 "
         "used_percent=0.01%;;;0;100" TIME},
        {{1, BIG, BIG - 1, NO},
         "50%",
         "1",
         "available=1;4503599627370496:;1:;0;9007199254740992 "
         "used=9007199254740991;4503599627370496;9007199254740991;0;9007199254740992 "
         "used_percent=100%;50;100;0;100" TIME},
        {{BIG, BIG, 0, NO},
         NULL,
         NULL,
         "available=9007199254740992;;;0;9007199254740992 used=0;;;0;9007199254740992 "
         "used_percent=0%;;;0;100" TIME},
        {{-BIG, BIG, NO, NO},
         NULL,
         NULL,
         "available=-9007199254740992;;;0;9007199254740992 used_percent=100%;;;0;100" TIME},
        {{BIG, 1, BIG, NO},
         NULL,
         NULL,
         "available=9007199254740992;;;0;1 used=9007199254740992;;;0;1 "
         "used_percent=0%;;;0;100" TIME},
        /* reversed with this limit: there is no range to write */
        {{7, 10, 3, NO},
         "5:20%",
         "1",
         "available=7;;1:;0;10 used=3;;9;0;10 used_percent=30%;;90;0;100" TIME},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_of(REPLY_TOKEN, &cases[i].figures);
        struct verdict verdict = judge(&info, cases[i].warning, cases[i].critical);
        unit_check(strcmp(shown(verdict.perfdata), cases[i].perfdata) == 0,
                   "-w %s -c %s: '%s', not '%s'", shown(cases[i].warning), shown(cases[i].critical),
                   shown(verdict.perfdata), cases[i].perfdata);
        verdict_free(&verdict);
    }
    unit_end();
}

/* There is no per cent of nothing, and nothing that used and left could add up to. */
static void a_limit_of_0_makes_no_percentage(void **context) {
    static const struct figures figures = {7, 0, 3, 15};
    struct token_info info = info_of(REPLY_TOKEN, &figures);
    struct verdict verdict = judge(&info, "20%", "5");

    (void)context;
    assert_int_equal(verdict.state, STATE_UNKNOWN);
    assert_null(strstr(verdict.perfdata, "used_percent"));
    assert_string_equal(verdict.perfdata, "available=7;;5:;0;0 used=3;;;0;0 reset=54000s;;;0" TIME);
    verdict_free(&verdict);
}

static void the_time_is_the_requests(void **context) {
    static const struct {
        int64_t milliseconds;
        int timeout;
        const char *end;
    } cases[] = {{0, 10, " time=0s;;;0;10"},
                 {1, 10, " time=0.001s;;;0;10"},
                 {213, 1, " time=0.213s;;;0;1"},
                 {1000, 10, " time=1s;;;0;10"},
                 {9999, 10, " time=9.999s;;;0;10"},
                 {12345, 3600, " time=12.345s;;;0;3600"},
                 {3600000, 3600, " time=3600s;;;0;3600"}};
    static const struct threshold none = {.text = NULL};
    static const struct figures figures = {7, NO, NO, NO};
    struct token_info info = info_of(REPLY_TOKEN, &figures);

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct verdict verdict;
        const struct evaluate_input input = {.info = &info,
                                             .warning = &none,
                                             .critical = &none,
                                             .host = "x",
                                             .request_ms = cases[i].milliseconds,
                                             .timeout_s = cases[i].timeout};
        assert_int_equal(evaluate(&input, &verdict), 0);
        unit_check(verdict.perfdata != NULL && has(verdict.perfdata, cases[i].end),
                   "%" PRId64 " ms: '%s'", cases[i].milliseconds, shown(verdict.perfdata));
        verdict_free(&verdict);
    }
    unit_end();
}

/* ---- The limit is exceeded ---- */

static void an_exceeded_limit_is_critical_with_what_is_known(void **context) {
    static const struct {
        struct figures figures;
        const char *warning;
        const char *critical;
        const char *perfdata;
    } cases[] = {
        {{NO, NO, NO, NO}, NULL, NULL, "available=0;;;0" TIME},
        {{NO, NO, NO, NO}, "20%", "10%", "available=0;;;0" TIME},
        {{NO, NO, NO, NO}, "480", "10%", "available=0;480:;;0" TIME},
        {{NO, NO, NO, NO}, "480", "@5:240", "available=0;480:;@5:240;0" TIME},
        {{NO, NO, NO, NO}, "10:20%", "5", "available=0;;5:;0" TIME},
        {{NO, NO, NO, 3}, NULL, "10", "available=0;;10:;0 reset=10800s;;;0" TIME},
        {{17, NO, NO, NO}, NULL, "10", "available=0;;10:;0" TIME},
        {{NO, 4800, NO, NO},
         "20%",
         "10%",
         "available=0;960:;480:;0;4800 used_percent=100%;80;90;0;100" TIME},
        {{17, 4800, 4783, 2},
         "20%",
         "10%",
         "available=0;960:;480:;0;4800 used=4783;;;0;4800 used_percent=100%;80;90;0;100 "
         "reset=7200s;;;0" TIME},
        {{NO, 4800, 4800, NO},
         "20%",
         "10%",
         "available=0;960:;480:;0;4800 used=4800;3840;4320;0;4800 "
         "used_percent=100%;80;90;0;100" TIME},
        {{NO, 4800, 4801, NO},
         "20%",
         "10%",
         "available=0;960:;480:;0;4800 used=4801;;;0;4800 used_percent=100%;80;90;0;100" TIME},
        {{NO, NO, 4800, NO}, "20%", "10", "available=0;;10:;0 used=4800;;;0" TIME},
        {{-3, 4800, NO, NO}, NULL, NULL, "available=0;;;0;4800 used_percent=100%;;;0;100" TIME},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_of(REPLY_LIMIT_EXCEEDED, &cases[i].figures);
        strcpy(info.code.text, "403");
        strcpy(info.error.text, "FORBIDDEN");
        strcpy(info.message.text, "TOKEN LIMIT EXCEEDED");
        struct verdict verdict = judge(&info, cases[i].warning, cases[i].critical);
        unit_check(verdict.state == STATE_CRITICAL, "case %zu: %s", i, state_name(verdict.state));
        unit_check(strcmp(shown(verdict.perfdata), cases[i].perfdata) == 0,
                   "-w %s -c %s: '%s', not '%s'", shown(cases[i].warning), shown(cases[i].critical),
                   shown(verdict.perfdata), cases[i].perfdata);
        unit_check(has(verdict.text, "TOKEN LIMIT EXCEEDED") && has(verdict.text, "403"),
                   "case %zu: '%s'", i, verdict.text);
        verdict_free(&verdict);
    }
    unit_end();
}

/* ---- Answers without figures ---- */

static void answers_without_figures_have_no_perfdata(void **context) {
    static const struct {
        enum reply_kind kind;
        long status;
        enum state unavailable;
        enum state state;
        const char *status_shown;
    } cases[] = {
        {REPLY_BUSY, 403, STATE_CRITICAL, STATE_UNKNOWN, "403"},
        {REPLY_BUSY, 429, STATE_OK, STATE_UNKNOWN, "429"},
        {REPLY_BUSY, 200, STATE_WARNING, STATE_UNKNOWN, NULL},
        {REPLY_WRONG_METHOD, 405, STATE_CRITICAL, STATE_CRITICAL, "405"},
        {REPLY_WRONG_METHOD, 501, STATE_WARNING, STATE_WARNING, "501"},
        {REPLY_REFUSED, 403, STATE_CRITICAL, STATE_CRITICAL, "403"},
        {REPLY_REFUSED, 404, STATE_WARNING, STATE_WARNING, "404"},
        {REPLY_REFUSED, 500, STATE_UNKNOWN, STATE_UNKNOWN, "500"},
        {REPLY_REFUSED, 502, STATE_OK, STATE_OK, "502"},
        {REPLY_REFUSED, 200, STATE_CRITICAL, STATE_CRITICAL, "200"},
        {REPLY_NOT_UNDERSTOOD, 200, STATE_CRITICAL, STATE_UNKNOWN, NULL},
        {REPLY_NOT_UNDERSTOOD, 200, STATE_OK, STATE_UNKNOWN, NULL},
    };
    static const struct threshold none = {.text = NULL};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = {.kind = cases[i].kind,
                                  .status = cases[i].status,
                                  .reason = "it is no JSON",
                                  .message = {"PLEASE VALIDATE TOKEN"},
                                  .limit = {true, 4800}};
        struct verdict verdict;
        const struct evaluate_input input = {.info = &info,
                                             .warning = &none,
                                             .critical = &none,
                                             .unavailable = cases[i].unavailable,
                                             .host = "crm0001.wolkvox.com",
                                             .timeout_s = 10};
        assert_int_equal(evaluate(&input, &verdict), 0);
        unit_check(verdict.state == cases[i].state, "case %zu: %s", i, state_name(verdict.state));
        unit_check(verdict.perfdata == NULL || *verdict.perfdata == '\0', "case %zu: '%s'", i,
                   shown(verdict.perfdata));
        unit_check(has(verdict.text, cases[i].status_shown), "case %zu: '%s'", i, verdict.text);
        unit_check(cases[i].kind == REPLY_NOT_UNDERSTOOD ||
                       has(verdict.text, "PLEASE VALIDATE TOKEN"),
                   "case %zu: '%s'", i, verdict.text);
        unit_check(cases[i].kind != REPLY_NOT_UNDERSTOOD || has(verdict.text, "it is no JSON"),
                   "case %zu: '%s'", i, verdict.text);
        unit_check(strpbrk(verdict.text, "|\n") == NULL, "case %zu: '%s'", i, verdict.text);
        verdict_free(&verdict);
    }
    unit_end();
}

static void a_redirect_names_the_new_host(void **context) {
    static const struct {
        const char *redirect;
        const char *words;
        const char *not_there;
    } cases[] = {
        {"https://login.example.org/x", "login.example.org", "same host"},
        {"https://LOGIN.example.org:8443/", "login.example.org", "same host"},
        {"https://user:pw@login.example.org/", "login.example.org", "pw@"},
        {"https://crm0001.wolkvox.com@login.example.org/", "login.example.org", "same host"},
        {"https://[2001:db8::7]/", "2001:db8::7", "same host"},
        {"https://crm0001.wolkvox.com/other", "same", NULL},
        {"http://crm0001.wolkvox.com/", "same", NULL},
        {"https://CRM0001.wolkvox.com.:443/", "same", NULL},
        {"https://s3cr3t.example.org/", "***.example.org", "s3cr3t"},
        {"https://a|b<c>.example.org/", ".example.org", "|"},
    };
    static const struct threshold none = {.text = NULL};
    struct token_info info = {.kind = REPLY_REFUSED, .status = 302};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct verdict verdict;
        const struct evaluate_input input = {.info = &info,
                                             .warning = &none,
                                             .critical = &none,
                                             .unavailable = STATE_CRITICAL,
                                             .redirect = cases[i].redirect,
                                             .host = "crm0001.wolkvox.com",
                                             .timeout_s = 10};
        assert_int_equal(evaluate(&input, &verdict), 0);
        unit_check(verdict.state == STATE_CRITICAL && verdict.perfdata == NULL, "%s",
                   cases[i].redirect);
        unit_check(has(verdict.text, cases[i].words) && has(verdict.text, "302"), "%s: '%s'",
                   cases[i].redirect, verdict.text);
        unit_check(cases[i].not_there == NULL || !has(verdict.text, cases[i].not_there), "%s: '%s'",
                   cases[i].redirect, verdict.text);
        verdict_free(&verdict);
    }
    unit_end();
}

/* ---- The text ---- */

static void the_text_says_what_is_left(void **context) {
    static const struct {
        struct figures figures;
        const char *description;
        const char *text;
    } cases[] = {
        {{4799, 4800, 1, 15}, "", "4799 of 4800 calls left (99.97%), counter resets in 15 h"},
        {{4799, 4800, 1, NO}, "", "4799 of 4800 calls left (99.97%)"},
        {{4800, 4800, 0, 0}, "x", "x: 4800 of 4800 calls left (100%), counter resets in 0 h"},
        {{2400, 4800, 0, NO}, "", "2400 of 4800 calls left (50%)"},
        {{4799, NO, 1, 15}, "", "4799 calls left, counter resets in 15 h"},
        {{4799, NO, NO, NO}, "", "4799 calls left"},
        {{99979, 100000, NO, NO}, "", "99979 of 100000 calls left (99.97%)"},
        {{99999, 100000, NO, NO}, "", "99999 of 100000 calls left (99.99%)"},
        {{1, 100000, NO, NO}, "", "1 of 100000 calls left (0%)"},
        {{10, 100000, NO, NO}, "", "10 of 100000 calls left (0.01%)"},
        {{2, 3, NO, NO}, "", "2 of 3 calls left (66.66%)"},
        {{BIG - 1, BIG, NO, NO}, "", "9007199254740991 of 9007199254740992 calls left (99.99%)"},
        {{6000, 4800, NO, NO}, "", "6000 of 4800 calls left (125%)"},
        {{7, 0, NO, NO}, "", "7 of 0 calls left"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_of(REPLY_TOKEN, &cases[i].figures);
        strcpy(info.description.text, cases[i].description);
        struct verdict verdict = judge(&info, NULL, NULL);
        unit_check(verdict.state == STATE_OK && strcmp(verdict.text, cases[i].text) == 0,
                   "'%s', not '%s'", verdict.text, cases[i].text);
        verdict_free(&verdict);
    }
    unit_end();
}

/* ---- Kept answers ---- */

static void a_kept_answers_reset_comes_nearer(void **context) {
    static const struct {
        int64_t hours;
        int64_t age_s;
        const char *text; /* behind the calls left */
        const char *perfdata;
    } cases[] = {
        {15, 0, ", counter resets in 15 h", " reset=54000s;;;0"},
        {15, 1, ", counter resets in 15 h", " reset=53999s;;;0"},
        {15, 3599, ", counter resets in 15 h", " reset=50401s;;;0"},
        {15, 3600, ", counter resets in 14 h", " reset=50400s;;;0"},
        {15, 3601, ", counter resets in 14 h", " reset=50399s;;;0"},
        {15, 50400, ", counter resets in 1 h", " reset=3600s;;;0"},
        {15, 53999, ", counter resets in 1 h", " reset=1s;;;0"},
        {15, 54000, ", counter resets in 0 h", " reset=0s;;;0"},
        {15, 54001, ", counter resets in 0 h", " reset=0s;;;0"},
        {1, 86399, ", counter resets in 0 h", " reset=0s;;;0"},
        {0, 0, ", counter resets in 0 h", " reset=0s;;;0"},
        {0, 3599, ", counter resets in 0 h", " reset=0s;;;0"},
        {9999, 86399, ", counter resets in 9976 h", " reset=35910001s;;;0"},
        {NO, 0, "", ""},
        {NO, 3600, "", ""},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures figures = {4799, NO, NO, cases[i].hours};
        struct token_info info = info_of(REPLY_TOKEN, &figures);
        struct evaluate_input input = input_of(&info);
        char text[100];
        char perfdata[100];
        snprintf(text, sizeof text, "4799 calls left%s", cases[i].text);
        snprintf(perfdata, sizeof perfdata, "available=4799;;;0%s", cases[i].perfdata);
        input.is_kept = true;
        input.age_s = cases[i].age_s;
        check_words(input, text, perfdata);
    }
    unit_end();
}

/* A new answer has no age, and the time that the request took; a kept one none. */
static void only_a_kept_answer_lacks_the_time(void **context) {
    static const struct figures figures = {4000, 4800, 800, 15};
    static const struct {
        enum reply_kind kind;
        bool is_kept;
        const char *perfdata;
    } cases[] = {
        {REPLY_TOKEN, false,
         "available=4000;960:;480:;0;4800 used=800;3840;4320;0;4800 "
         "used_percent=16.67%;80;90;0;100 reset=54000s;;;0" TIME},
        {REPLY_TOKEN, true,
         "available=4000;960:;480:;0;4800 used=800;3840;4320;0;4800 "
         "used_percent=16.67%;80;90;0;100 reset=54000s;;;0"},
        {REPLY_LIMIT_EXCEEDED, false,
         "available=0;960:;480:;0;4800 used=800;;;0;4800 "
         "used_percent=100%;80;90;0;100 reset=54000s;;;0" TIME},
        {REPLY_LIMIT_EXCEEDED, true,
         "available=0;960:;480:;0;4800 used=800;;;0;4800 "
         "used_percent=100%;80;90;0;100 reset=54000s;;;0"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_of(cases[i].kind, &figures);
        struct evaluate_input input = input_of(&info);
        input.is_kept = cases[i].is_kept;
        struct verdict verdict = judge_input(input, "20%", "10%");
        unit_check(strcmp(shown(verdict.perfdata), cases[i].perfdata) == 0, "'%s', not '%s'",
                   shown(verdict.perfdata), cases[i].perfdata);
        verdict_free(&verdict);
    }
    unit_end();
}

static void a_kept_exceeded_limit_is_critical_and_ages(void **context) {
    static const struct figures figures = {NO, 4800, NO, 2};
    struct token_info info = info_of(REPLY_LIMIT_EXCEEDED, &figures);
    struct evaluate_input input = input_of(&info);

    (void)context;
    strcpy(info.message.text, "TOKEN LIMIT EXCEEDED");
    input.is_kept = true;
    input.age_s = 3700;
    struct verdict verdict = judge_input(input, NULL, NULL);
    assert_int_equal(verdict.state, STATE_CRITICAL);
    assert_string_equal(verdict.text, "no calls left of 4800, counter resets in 1 h "
                                      "(HTTP 403: TOKEN LIMIT EXCEEDED)");
    assert_string_equal(verdict.perfdata,
                        "available=0;;;0;4800 used_percent=100%;;;0;100 reset=3500s;;;0");
    verdict_free(&verdict);
}

static void thresholds_judge_a_kept_answer_as_a_new_one(void **context) {
    static const struct {
        int64_t available;
        enum state state;
    } cases[] = {{960, STATE_OK}, {959, STATE_WARNING}, {479, STATE_CRITICAL}, {0, STATE_CRITICAL}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures figures = {cases[i].available, 4800, NO, 15};
        struct token_info info = info_of(REPLY_TOKEN, &figures);
        struct evaluate_input input = input_of(&info);
        input.is_kept = true;
        input.age_s = 40000;
        struct verdict verdict = judge_input(input, "20%", "10%");
        unit_check(verdict.state == cases[i].state, "%" PRId64 " left: %s", cases[i].available,
                   state_name(verdict.state));
        verdict_free(&verdict);
    }
    unit_end();
}

/* ---- The forecast ---- */

/* An answer in which there is enough of everything. */
static struct token_info info_for_forecast(void) {
    static const struct figures figures = {800, 4550, 3750, 9};

    return info_of(REPLY_TOKEN, &figures);
}

static void a_forecast_says_when_the_calls_run_out(void **context) {
    static const struct {
        int64_t pace_s;
        int64_t exhausted_in_s;
        int64_t before_reset_s;
        int64_t age_s;
        const char *text; /* behind the hours to the reset */
        const char *perfdata;
    } cases[] = {
        /* the manual's example */
        {0, 11520, 20880, 0, ", at today's pace gone in 3 h, 5 h before the reset",
         " exhausted_in=11520s"},
        /* hours rounded down, minutes below an hour */
        {0, 14399, 18001, 0, ", at today's pace gone in 3 h, 5 h before the reset",
         " exhausted_in=14399s"},
        {0, 14400, 18000, 0, ", at today's pace gone in 4 h, 5 h before the reset",
         " exhausted_in=14400s"},
        {0, 14401, 17999, 0, ", at today's pace gone in 4 h, 4 h before the reset",
         " exhausted_in=14401s"},
        {0, 3600, 28800, 0, ", at today's pace gone in 1 h, 8 h before the reset",
         " exhausted_in=3600s"},
        {0, 3599, 28801, 0, ", at today's pace gone in 59 min, 8 h before the reset",
         " exhausted_in=3599s"},
        {0, 60, 32340, 0, ", at today's pace gone in 1 min, 8 h before the reset",
         " exhausted_in=60s"},
        {0, 59, 32341, 0, ", at today's pace gone in 0 min, 8 h before the reset",
         " exhausted_in=59s"},
        {0, 0, 32400, 0, ", at today's pace gone in 0 min, 9 h before the reset",
         " exhausted_in=0s"},
        {0, 28800, 3600, 0, ", at today's pace gone in 8 h, 1 h before the reset",
         " exhausted_in=28800s"},
        {0, 28801, 3599, 0, ", at today's pace gone in 8 h, 59 min before the reset",
         " exhausted_in=28801s"},
        {0, 32399, 1, 0, ", at today's pace gone in 8 h, 0 min before the reset",
         " exhausted_in=32399s"},
        /* the pace of the last stretch */
        {3600, 11520, 20880, 0, ", at the pace of the last 1 h gone in 3 h, 5 h before the reset",
         " exhausted_in=11520s"},
        {7199, 11520, 20880, 0, ", at the pace of the last 1 h gone in 3 h, 5 h before the reset",
         " exhausted_in=11520s"},
        {7200, 11520, 20880, 0, ", at the pace of the last 2 h gone in 3 h, 5 h before the reset",
         " exhausted_in=11520s"},
        {72000, 600, 31800, 0,
         ", at the pace of the last 20 h gone in 10 min, 8 h before the reset",
         " exhausted_in=600s"},
        /* less the answer's age; the time to the reset does not grow beyond what is left of it */
        {0, 11520, 20880, 1, ", at today's pace gone in 3 h, 5 h before the reset",
         " exhausted_in=11519s"},
        {0, 11520, 20880, 720, ", at today's pace gone in 3 h, 5 h before the reset",
         " exhausted_in=10800s"},
        {0, 11520, 20880, 721, ", at today's pace gone in 2 h, 5 h before the reset",
         " exhausted_in=10799s"},
        {0, 11520, 20880, 7921, ", at today's pace gone in 59 min, 5 h before the reset",
         " exhausted_in=3599s"},
        {7200, 11520, 20880, 721, ", at the pace of the last 2 h gone in 2 h, 5 h before the reset",
         " exhausted_in=10799s"},
        /* never below 0 */
        {0, 11520, 20880, 11519, ", at today's pace gone in 0 min, 5 h before the reset",
         " exhausted_in=1s"},
        {0, 11520, 20880, 11520, ", at today's pace gone in 0 min, 5 h before the reset",
         " exhausted_in=0s"},
        {0, 11520, 20880, 11521, ", at today's pace gone in 0 min, 5 h before the reset",
         " exhausted_in=0s"},
        {0, 11520, 20880, 32399, ", at today's pace gone in 0 min, 0 min before the reset",
         " exhausted_in=0s"},
        {0, 0, 32400, 32400, ", at today's pace gone in 0 min, 0 min before the reset",
         " exhausted_in=0s"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_for_forecast();
        struct evaluate_input input = input_of(&info);
        const struct forecast forecast = {.kind = FORECAST_GONE,
                                          .pace_s = cases[i].pace_s,
                                          .exhausted_in_s = cases[i].exhausted_in_s,
                                          .before_reset_s = cases[i].before_reset_s};
        char text[200];
        char perfdata[200];
        snprintf(text, sizeof text,
                 "800 of 4550 calls left (17.58%%), counter resets in %" PRId64 " h%s",
                 (9 * 3600 - cases[i].age_s + 3599) / 3600, cases[i].text);
        snprintf(perfdata, sizeof perfdata,
                 "available=800;;;0;4550 used=3750;;;0;4550 used_percent=82.42%%;;;0;100 "
                 "reset=%" PRId64 "s;;;0%s",
                 9 * 3600 - cases[i].age_s, cases[i].perfdata);
        input.forecast = &forecast;
        input.is_kept = true;
        input.age_s = cases[i].age_s;
        check_words(input, text, perfdata);
    }
    unit_end();
}

/* Behind the figures, before the alert; in the perfdata behind all else. */
static void a_forecast_has_its_place(void **context) {
    static const struct forecast forecast = {
        .kind = FORECAST_GONE, .exhausted_in_s = 11520, .before_reset_s = 20880};
    struct token_info info = info_for_forecast();
    struct evaluate_input input = input_of(&info);

    (void)context;
    strcpy(info.description.text, "sales-crm");
    input.forecast = &forecast;
    struct verdict verdict = judge_input(input, "20%", "10%");
    assert_int_equal(verdict.state, STATE_WARNING);
    assert_string_equal(verdict.text,
                        "sales-crm: 800 of 4550 calls left (17.58%), counter resets in 9 h, at "
                        "today's pace gone in 3 h, 5 h before the reset (warning below 20%)");
    assert_string_equal(verdict.perfdata,
                        "available=800;910:;455:;0;4550 used=3750;3640;4095;0;4550 "
                        "used_percent=82.42%;80;90;0;100 reset=32400s;;;0" TIME
                        " exhausted_in=11520s");
    verdict_free(&verdict);
}

static void calls_that_run_out_raise_the_state(void **context) {
    static const struct {
        enum state thresholds; /* what the state would be without the forecast */
        const char *warning;
        const char *critical;
        enum state expected[4]; /* by the number of the forecast's state */
    } cases[] = {
        {STATE_OK, NULL, NULL, {STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN}},
        {STATE_OK, "10%", "5%", {STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN}},
        {STATE_WARNING,
         "20%",
         "10%",
         {STATE_WARNING, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN}},
        {STATE_UNKNOWN,
         NULL,
         "500:10%",
         {STATE_UNKNOWN, STATE_UNKNOWN, STATE_CRITICAL, STATE_UNKNOWN}},
        {STATE_CRITICAL,
         "20%",
         "801",
         {STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL}},
    };
    static const struct forecast forecast = {
        .kind = FORECAST_GONE, .exhausted_in_s = 11520, .before_reset_s = 20880};
    struct token_info info = info_for_forecast();

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct verdict without = judge(&info, cases[i].warning, cases[i].critical);
        unit_check(without.state == cases[i].thresholds, "case %zu: %s without", i,
                   state_name(without.state));
        verdict_free(&without);
        for (enum state state = STATE_OK; state <= STATE_UNKNOWN; state++) {
            struct evaluate_input input = input_of(&info);
            input.forecast = &forecast;
            input.forecast_state = state;
            struct verdict verdict = judge_input(input, cases[i].warning, cases[i].critical);
            unit_check(verdict.state == cases[i].expected[state], "case %zu, at least %s: %s", i,
                       state_name(state), state_name(verdict.state));
            unit_check(has(verdict.text, "at today's pace gone in 3 h"), "'%s'", verdict.text);
            unit_check(has(verdict.perfdata, " exhausted_in=11520s"), "'%s'", verdict.perfdata);
            verdict_free(&verdict);
        }
    }
    unit_end();
}

static void a_forecast_that_lasts_or_is_none_changes_nothing(void **context) {
    static const struct forecast forecasts[] = {
        {.kind = FORECAST_NONE, .reason = "no calls are left"},
        {.kind = FORECAST_NONE, .reason = "x", .exhausted_in_s = 5, .before_reset_s = 5},
        {.kind = FORECAST_LASTS},
        {.kind = FORECAST_LASTS, .pace_s = 7200, .exhausted_in_s = 5, .before_reset_s = 5},
    };
    struct token_info info = info_for_forecast();

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(forecasts); i++) {
        for (enum state state = STATE_OK; state <= STATE_UNKNOWN; state++) {
            struct evaluate_input input = input_of(&info);
            struct verdict without = judge(&info, "20%", "10%");
            input.forecast = &forecasts[i];
            input.forecast_state = state;
            struct verdict verdict = judge_input(input, "20%", "10%");
            unit_check(verdict.state == without.state, "case %zu: %s", i,
                       state_name(verdict.state));
            unit_check(strcmp(verdict.text, without.text) == 0, "case %zu: '%s'", i, verdict.text);
            unit_check(strcmp(verdict.perfdata, without.perfdata) == 0, "case %zu: '%s'", i,
                       verdict.perfdata);
            verdict_free(&verdict);
            verdict_free(&without);
        }
    }
    unit_end();
}

/* ---- The same, against arithmetic of 128 bits ---- */

/* Hundredths of a per cent as text, without zeros at the end. */
static void write_hundredths(char *out, size_t size, wide hundredths) {
    int64_t whole = (int64_t)(hundredths / 100);
    int rest = (int)(hundredths % 100);

    if (rest == 0)
        snprintf(out, size, "%" PRId64, whole);
    else if (rest % 10 == 0)
        snprintf(out, size, "%" PRId64 ".%d", whole, rest / 10);
    else
        snprintf(out, size, "%" PRId64 ".%02d", whole, rest);
}

static wide divide_up(wide part, wide whole) {
    return (part + whole - 1) / whole;
}

static void percentages_are_exact(void **context) {
    uint64_t seed = 2024;

    (void)context;
    for (int round = 0; round < 20000; round++) {
        int64_t limit = 1 + unit_random_up_to(&seed, WIDE_INPUT_MAX - 1);
        int64_t available = unit_random_up_to(&seed, limit);
        int64_t critical = (int64_t)(unit_random(&seed) % 100001);
        int64_t warning = critical + (int64_t)(unit_random(&seed) % (uint64_t)(100001 - critical));
        const struct figures figures = {available, limit, limit - available, NO};
        struct token_info info = info_of(REPLY_TOKEN, &figures);
        char warning_text[32];
        char critical_text[32];
        snprintf(warning_text, sizeof warning_text, "%" PRId64 ".%03" PRId64 "%%", warning / 1000,
                 warning % 1000);
        snprintf(critical_text, sizeof critical_text, "%" PRId64 ".%03" PRId64 "%%",
                 critical / 1000, critical % 1000);
        struct verdict verdict = judge(&info, warning_text, critical_text);

        wide left = (wide)available * 100000;
        enum state state = available == 0 || left < (wide)limit * critical ? STATE_CRITICAL
                           : left < (wide)limit * warning                  ? STATE_WARNING
                                                                           : STATE_OK;
        int64_t w = (int64_t)divide_up((wide)limit * warning, 100000);
        int64_t c = (int64_t)divide_up((wide)limit * critical, 100000);
        char used_percent[32];
        char w_percent[32];
        char c_percent[32];
        char shown_percent[32];
        char percent_left[40];
        char perfdata[512];
        write_hundredths(used_percent, sizeof used_percent,
                         divide_up((wide)(limit - available) * 10000, limit));
        write_hundredths(w_percent, sizeof w_percent, divide_up((wide)(limit - w) * 10000, limit));
        write_hundredths(c_percent, sizeof c_percent, divide_up((wide)(limit - c) * 10000, limit));
        write_hundredths(shown_percent, sizeof shown_percent, (wide)available * 10000 / limit);
        snprintf(percent_left, sizeof percent_left, "(%s%%)", shown_percent);
        snprintf(perfdata, sizeof perfdata,
                 "available=%" PRId64 ";%" PRId64 ":;%" PRId64 ":;0;%" PRId64 " used=%" PRId64
                 ";%" PRId64 ";%" PRId64 ";0;%" PRId64 " used_percent=%s%%;%s;%s;0;100" TIME,
                 available, w, c, limit, limit - available, limit - w, limit - c, limit,
                 used_percent, w_percent, c_percent);
        unit_check(verdict.state == state, "%s: %s", perfdata, state_name(verdict.state));
        unit_check(strcmp(shown(verdict.perfdata), perfdata) == 0, "'%s', not '%s'",
                   shown(verdict.perfdata), perfdata);
        unit_check(has(verdict.text, percent_left), "'%s' lacks %s", verdict.text, percent_left);
        verdict_free(&verdict);
    }
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_examples_come_out_word_for_word),
    cmocka_unit_test(states_follow_the_thresholds),
    cmocka_unit_test(perfdata_has_the_documented_form),
    cmocka_unit_test(a_limit_of_0_makes_no_percentage),
    cmocka_unit_test(the_time_is_the_requests),
    cmocka_unit_test(an_exceeded_limit_is_critical_with_what_is_known),
    cmocka_unit_test(answers_without_figures_have_no_perfdata),
    cmocka_unit_test(a_redirect_names_the_new_host),
    cmocka_unit_test(the_text_says_what_is_left),
    cmocka_unit_test(a_kept_answers_reset_comes_nearer),
    cmocka_unit_test(only_a_kept_answer_lacks_the_time),
    cmocka_unit_test(a_kept_exceeded_limit_is_critical_and_ages),
    cmocka_unit_test(thresholds_judge_a_kept_answer_as_a_new_one),
    cmocka_unit_test(a_forecast_says_when_the_calls_run_out),
    cmocka_unit_test(a_forecast_has_its_place),
    cmocka_unit_test(calls_that_run_out_raise_the_state),
    cmocka_unit_test(a_forecast_that_lasts_or_is_none_changes_nothing),
    cmocka_unit_test(percentages_are_exact),
};

UNIT_MAIN(tests)
