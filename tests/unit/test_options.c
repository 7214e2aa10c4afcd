/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/options.h"
#include "unit.h"

/* What the options of a command line came to, as far as nobody sees it before the check's end. The
 * words stand in one text, a blank apart; two blanks hold an empty word between them. */
static const char *describe(const char *text) {
    static const char *const methods[] = {"POST or GET", "POST", "GET"};
    static char shown[4096];
    char words[512];
    char *rest = words;
    char program[] = "check_wolkvox_token";
    char *argv[32] = {program};
    int argc = 1;
    struct options options;
    struct error error;

    snprintf(words, sizeof words, "%s", text);
    while (rest != NULL)
        argv[argc++] = strsep(&rest, " ");
    if (options_scan(argc, argv, &options, &error) == OPTIONS_RUN &&
        options_complete(&options, &error) == 0)
        snprintf(shown, sizeof shown, "%s %s:%d %s %s, timeout %s, reset %d, forecast %d",
                 options.api->name, options.server.host, options.server.port,
                 options.operation != NULL ? options.operation : "-", methods[options.method],
                 state_name(options.timeout_state),
                 options.has_reset_at ? options.reset_at.minutes : -1, options.has_forecast);
    else
        snprintf(shown, sizeof shown, "%s: %s", error.kind == ERROR_USAGE ? "usage" : "local",
                 error.text);
    options_free(&options);
    return shown;
}

/* Manual, SERVER and OPTIONS. */
UNIT_TEST(options_follow_from_each_other) {
    static const struct {
        const char *words;
        const char *expected; /* or how it begins */
    } cases[] = {
        {"-H 0001 -o x", "crm crm0001.wolkvox.com:443 x"},
        {"-H 0001 -o x --api=", "crm crm0001.wolkvox.com:443 x"},
        {"-H 0001 -o x --api=CRM", "crm crm0001.wolkvox.com:443 x"},
        {"-H wv0010", "manager wv0010.wolkvox.com:443 -"},
        {"-H wv0010 -o ", "manager wv0010.wolkvox.com:443 -"},
        {"-H https://WV0010.wolkvox.com:8443/x", "manager wv0010.wolkvox.com:8443 -"},
        {"-H wv0010 --api=manager -p 8443", "manager wv0010.wolkvox.com:8443 -"},
        {"--api Manager -H https://0010:1", "manager wv0010.wolkvox.com:1 -"},
        {"-H proxy.example.org --api=manager", "manager proxy.example.org:443 -"},
        {"-H myserver --api=manager", "manager myserver.wolkvox.com:443 -"},
        {"-H http://127.0.0.1:8080 --api=manager", "manager 127.0.0.1:8080 -"},
        {"-H crm0001 -H wv0010", "manager wv0010.wolkvox.com:443 -"},
        {"-H 0010 -o x --api=manager --api=crm", "crm crm0010.wolkvox.com:443 x"},
        {"-H crm0001", "usage: -o/--operation is missing"},
        {"-H crm0001 -o ", "usage: -o/--operation is missing"},
        {"-H wv0010 -o x", "usage: leave out -o/--operation: the API of Manager"},
        {"-H 0010 -o x --api=manager", "usage: leave out -o/--operation: the API of Manager"},
        {"-H wv0010 --api=crm", "usage: -H/--hostname is a server of Manager, but --api is crm"},
        {"-H sv1.crmvox.com --api=manager", "usage: -H/--hostname is a server of the CRM, but"},
        {"-H manager.wolkvox.com --api=manager", "usage: -H/--hostname: that is the login page"},
        {"-H wv0010 --api=zendesk", "usage: --api takes crm or manager"},
        {"-H wv0010 --api", "usage: --api needs a value: crm or manager"},
        {"-H crm -o x --reset-at=24:00", "usage: --reset-at takes a time of the day such as"},
        /* method, timeout, reset and forecast */
        {"-H a.b -o x", "crm a.b:443 x POST or GET, timeout CRITICAL, reset -1, forecast 0"},
        {"-H wv1", "manager wv1.wolkvox.com:443 - GET, timeout CRITICAL, reset -1, forecast 0"},
        {"-H wv1 -X post --reset-at=06:00",
         "manager wv1.wolkvox.com:443 - POST, timeout CRITICAL, reset 360"},
        {"-H wv1 -X  --reset-at=", "manager wv1.wolkvox.com:443 - GET, timeout CRITICAL, reset -1"},
        {"-H wv1 --unavailable=ok --forecast",
         "manager wv1.wolkvox.com:443 - GET, timeout OK, reset -1, forecast 1"},
        {"-H wv1 -t 5:3 --unavailable=ok", "manager wv1.wolkvox.com:443 - GET, timeout UNKNOWN"},
        {"-H wv1 -t 5:3 -t 6", "manager wv1.wolkvox.com:443 - GET, timeout CRITICAL"},
        {"-H wv1 -t 5:3 -t ", "manager wv1.wolkvox.com:443 - GET, timeout UNKNOWN"},
        {"-H wv1 --forecast=",
         "manager wv1.wolkvox.com:443 - GET, timeout CRITICAL, reset -1, forecast 0"},
        {"-H wv1 --forecast=0 --forecast=",
         "manager wv1.wolkvox.com:443 - GET, timeout CRITICAL, reset -1, forecast 1"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const char *shown = describe(cases[i].words);
        unit_check(strncmp(shown, cases[i].expected, strlen(cases[i].expected)) == 0, "%s: %s",
                   cases[i].words, shown);
    }
}

/* Manual, OPTIONS. A key of INI files only has no place in the help. */
UNIT_TEST(the_help_has_every_option) {
    char name[64];

    for (size_t i = 0; i < OPTION_TOKEN; i++) {
        const struct option_spec *spec = &option_specs[i];
        bool has_letter = spec->short_name != '\0';
        const char letter[] = {spec->short_name, '\0'};
        snprintf(name, sizeof name, "\n  %s%s%s --%s", has_letter ? "-" : " ",
                 has_letter ? letter : " ", has_letter ? "," : " ", spec->long_name);
        unit_check(strstr(options_help, name) != NULL, "--%s", spec->long_name);
    }
    unit_check(strstr(options_help, "--token ") == NULL, "--token");
}
