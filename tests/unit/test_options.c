/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/options.h"
#include "unit.h"

#include <stdlib.h>

/* A command line in one text, its words apart by a blank, of which two are an empty word. */
enum { WORDS_MAX = 32 };

static enum options_outcome parse(char *text, struct options *options, struct error *error) {
    char program[] = "check_wolkvox_token";
    char *argv[WORDS_MAX] = {program};
    int argc = 1;

    while (text != NULL)
        argv[argc++] = strsep(&text, " ");
    error->text[0] = '\0';
    enum options_outcome outcome = options_scan(argc, argv, options, error);
    const struct deadline deadline = deadline_after(clock_now_ms(), 10);
    if (outcome == OPTIONS_RUN && options_complete(options, &deadline, error) != 0)
        outcome = OPTIONS_FAILED;
    return outcome;
}

/* What the options came to, as far as it is seen from here only. */
static const char *describe(const char *text) {
    static char shown[4096];
    char words[512];
    struct options options;
    struct error error;

    snprintf(words, sizeof words, "%s", text);
    switch (parse(words, &options, &error)) {
    case OPTIONS_RUN:
        snprintf(shown, sizeof shown, "%s %s:%d %s", options.api->name, options.server.host,
                 options.server.port, options.operation != NULL ? options.operation : "-");
        break;
    case OPTIONS_FAILED:
        snprintf(shown, sizeof shown, "%s: %s", error.kind == ERROR_USAGE ? "usage" : "local",
                 error.text);
        break;
    case OPTIONS_HELP:
    case OPTIONS_VERSION:
        snprintf(shown, sizeof shown, "help or version");
    }
    options_free(&options);
    return shown;
}

/* Manual, SERVER and OPTIONS. */
static void the_api_follows_from_server_and_option(void **context) {
    static const struct {
        const char *words;
        const char *expected; /* or how it begins */
    } cases[] = {
        {"-H crm0001 -o x", "crm crm0001.wolkvox.com:443 x"},
        {"-H 0001 -o x", "crm crm0001.wolkvox.com:443 x"},
        {"-H 0001 -o x --api=", "crm crm0001.wolkvox.com:443 x"},
        {"-H 0001 -o x --api=CRM", "crm crm0001.wolkvox.com:443 x"},
        {"-H wv0010", "manager wv0010.wolkvox.com:443 -"},
        {"-H wv0010 -o ", "manager wv0010.wolkvox.com:443 -"},
        {"-H https://WV0010.wolkvox.com:8443/x", "manager wv0010.wolkvox.com:8443 -"},
        {"-H wv0010 --api=manager -p 8443", "manager wv0010.wolkvox.com:8443 -"},
        {"-H 0010 --api=Manager", "manager wv0010.wolkvox.com:443 -"},
        {"--api manager -H https://0010:1", "manager wv0010.wolkvox.com:1 -"},
        {"-H proxy.example.org --api=manager", "manager proxy.example.org:443 -"},
        {"-H myserver --api=manager", "manager myserver.wolkvox.com:443 -"},
        {"-H http://127.0.0.1:8080 --api=manager", "manager 127.0.0.1:8080 -"},
        {"-H wv0010 -H crm0001 -o x", "crm crm0001.wolkvox.com:443 x"},
        {"-H crm0001 -H wv0010", "manager wv0010.wolkvox.com:443 -"},
        {"-H 0010 -o x --api=manager --api=crm", "crm crm0010.wolkvox.com:443 x"},
        {"-H crm0001", "usage: -o/--operation is missing"},
        {"-H crm0001 -o ", "usage: -o/--operation is missing"},
        {"-H wv0010 -o x", "usage: leave out -o/--operation: the API of Manager"},
        {"-H 0010 -o x --api=manager", "usage: leave out -o/--operation: the API of Manager"},
        {"-H wv0010 --api=crm", "usage: -H/--hostname is a server of Manager, but --api is crm"},
        {"-H crm0001 --api=manager", "usage: -H/--hostname is a server of the CRM, but --api is"},
        {"-H sv1.crmvox.com --api=manager", "usage: -H/--hostname is a server of the CRM, but"},
        {"-H manager", "usage: -H/--hostname: that is the login page; log in and give the wvNNNN"},
        {"-H manager.wolkvox.com --api=manager", "usage: -H/--hostname: that is the login page"},
        {"-H wv0010 --api=zendesk", "usage: --api takes crm or manager"},
        {"-H wv0010 --api", "usage: --api needs a value: crm or manager"},
        {"-H crm -o x --reset-at=24:00", "usage: --reset-at takes a time of the day such as"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const char *shown = describe(cases[i].words);
        unit_check(strncmp(shown, cases[i].expected, strlen(cases[i].expected)) == 0, "%s: %s",
                   cases[i].words, shown);
    }
    unit_end();
}

/* Manual, OPTIONS: what a check is told that nobody sees before its end. */
static void defaults_follow_from_other_options(void **context) {
    static const struct {
        const char *words;
        enum method_choice method;
        enum state timeout_state;
        int reset_minutes; /* -1: not given */
        bool has_forecast;
    } cases[] = {
        {"-H crm -o x", METHOD_POST_THEN_GET, STATE_CRITICAL, -1, false},
        {"-H wv1", METHOD_GET, STATE_CRITICAL, -1, false},
        {"-H wv1 -X post --reset-at=06:00", METHOD_POST, STATE_CRITICAL, 360, false},
        {"-H wv1 -X  --reset-at=", METHOD_GET, STATE_CRITICAL, -1, false},
        {"-H wv1 --unavailable=ok --forecast", METHOD_GET, STATE_OK, -1, true},
        {"-H wv1 -t 5:3 --unavailable=ok", METHOD_GET, STATE_UNKNOWN, -1, false},
        {"-H wv1 -t 5:3 -t 6", METHOD_GET, STATE_CRITICAL, -1, false},
        {"-H wv1 -t 5:3 -t ", METHOD_GET, STATE_UNKNOWN, -1, false},
        {"-H wv1 --forecast=", METHOD_GET, STATE_CRITICAL, -1, false},
        {"-H wv1 --forecast=0 --forecast=", METHOD_GET, STATE_CRITICAL, -1, true},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct options options;
        struct error error;
        char words[256];
        snprintf(words, sizeof words, "%s", cases[i].words);
        unit_check(
            parse(words, &options, &error) == OPTIONS_RUN && options.method == cases[i].method &&
                options.timeout_state == cases[i].timeout_state &&
                (options.has_reset_at ? options.reset_at.minutes : -1) == cases[i].reset_minutes &&
                options.has_forecast == cases[i].has_forecast,
            "%s: %s", cases[i].words, error.text);
        options_free(&options);
    }
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_api_follows_from_server_and_option),
    cmocka_unit_test(defaults_follow_from_other_options),
};

UNIT_MAIN(tests)
