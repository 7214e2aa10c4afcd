/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/option_table.h"

#include <stdbool.h>
#include <string.h>

const struct option_spec option_specs[OPTION_COUNT] = {
    {OPTION_HOSTNAME, 'H', "hostname", ARGUMENT_REQUIRED, EMPTY_IS_REFUSED, "SERVER",
     "a host name, an IP address, a number such as 0001, or an https:// URL",
     "the server as in the browser's address bar: a name,\n"
     "an address, a number (0001 is crm0001.wolkvox.com)\n"
     "or an https:// URL. Required."},
    {OPTION_OPERATION, 'o', "operation", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "NAME",
     "the operation's name",
     "the operation's name. Required for the CRM, not used\n"
     "for Manager."},
    {OPTION_API, '\0', "api", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "API", "crm or manager",
     "crm or manager (default: manager if SERVER is\n"
     "wvNNNN, else crm)"},
    {OPTION_RESET_AT, '\0', "reset-at", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "HH:MM[OFFSET]",
     "a time of the day such as 00:00, 00:00Z or 00:00-05:00",
     "when the counter restarts every day, if the answer\n"
     "does not say it, as with Manager. OFFSET from UTC:\n"
     "Z, +HH:MM or -HH:MM (default: local time)."},
    {OPTION_PORT, 'p', "port", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "PORT",
     "a whole number from 1 to 65535",
     "1 to 65535 (default: the one in SERVER, else the\n"
     "scheme's)"},
    {OPTION_TOKEN_FILE, '\0', "token-file", ARGUMENT_REQUIRED, EMPTY_IS_REFUSED, "FILE",
     "the name of a file, or - for standard input",
     "read the token from the first line of FILE (-:\n"
     "standard input). Without it the token comes from the\n"
     "key `token' of an INI file (--extra-opts), else from\n"
     "the environment variable WOLKVOX_TOKEN."},
    {OPTION_WARNING, 'w', "warning", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "THRESHOLD",
     "calls left such as 480, a percentage of the limit such as 10%, or a range of them",
     "warn when fewer calls than THRESHOLD are left:\n"
     "a number (480), a percentage of the limit (10%),\n"
     "or a range of either. Default, if neither -w nor -c\n"
     "is given: 20%."},
    {OPTION_CRITICAL, 'c', "critical", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "THRESHOLD",
     "calls left such as 480, a percentage of the limit such as 10%, or a range of them",
     "the same for critical. Default, if neither is\n"
     "given: 10%. No calls left is always critical."},
    {OPTION_METHOD, 'X', "method", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "METHOD", "GET or POST",
     "GET or POST only (default for the CRM: POST, and GET\n"
     "if the answer to POST is 405 or 501; for Manager:\n"
     "GET)"},
    {OPTION_TIMEOUT, 't', "timeout", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "SECONDS[:STATE]",
     "a whole number of seconds from 1 to 3600, optionally followed by a colon and a state "
     "(10:unknown)",
     "time limit for the whole run, 1 to 3600 (default:\n"
     "10). STATE is the state after a timeout (default:\n"
     "as --unavailable)."},
    {OPTION_UNAVAILABLE, '\0', "unavailable", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "STATE",
     "ok, warning, critical, unknown or 0 to 3",
     "the state when the API cannot be used: ok, warning,\n"
     "critical, unknown or 0 to 3 (default: critical)"},
    {OPTION_CA_FILE, '\0', "ca-file", ARGUMENT_REQUIRED, EMPTY_IS_REFUSED, "FILE",
     "the name of a file of CA certificates in PEM form",
     "trust the CA certificates in FILE (PEM), and no\n"
     "others"},
    {OPTION_PROXY, '\0', "proxy", ARGUMENT_REQUIRED, EMPTY_IS_A_VALUE, "URL",
     "[SCHEME://][USER:PASSWORD@]HOST[:PORT], or nothing for no proxy",
     "use this proxy; --proxy= uses none. Without the\n"
     "option the environment counts (https_proxy,\n"
     "no_proxy, ...). Plain HTTP never goes through one."},
    {OPTION_IPV4, '4', "use-ipv4", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, NULL, "no value",
     "connect by IPv4 only"},
    {OPTION_IPV6, '6', "use-ipv6", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, NULL, "no value",
     "connect by IPv6 only"},
    {OPTION_MAX_AGE, '\0', "max-age", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "SECONDS",
     "a whole number of seconds from 0 to 86400",
     "use an answer again that is younger than SECONDS,\n"
     "and make no request; 0 to 86400 (default: 0, off).\n"
     "Checks of one token then wait for each other."},
    {OPTION_STATE_DIR, '\0', "state-dir", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "DIR",
     "the name of a directory",
     "keep answers in DIR (default: $MP_STATE_PATH,\n"
     "$NAGIOS_PLUGIN_STATE_DIRECTORY, or the one that was\n"
     "chosen when the plugin was built)"},
    {OPTION_FORECAST, '\0', "forecast", ARGUMENT_OPTIONAL, EMPTY_IS_NOT_GIVEN, "STATE",
     "a state, as in forecast=critical: ok, warning, critical, unknown or 0 to 3",
     "report when the calls will run out before the reset;\n"
     "the state is then at least STATE (default: warning;\n"
     "ok: only report it)"},
    {OPTION_EXTRA_OPTS, '\0', "extra-opts", ARGUMENT_OPTIONAL, EMPTY_IS_A_VALUE, "[SECTION][@FILE]",
     "[SECTION][@FILE], with a file name after the @",
     "read options from an INI file, as the Monitoring\n"
     "Plugins do (default section: check_wolkvox_token).\n"
     "Repeatable; the command line wins."},
    {OPTION_VERBOSE, 'v', "verbose", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, NULL, "no value",
     "say more: in the line (-v), in lines below it (-vv),\n"
     "with the HTTP exchange (-vvv)"},
    {OPTION_VERSION, 'V', "version", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, NULL, "no value",
     "print the version and exit with 3"},
    {OPTION_HELP, 'h', "help", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, NULL, "no value",
     "print this help and exit with 3"},
    {OPTION_TOKEN, '\0', "token", ARGUMENT_REQUIRED, EMPTY_IS_A_VALUE, NULL, "a token", NULL},
};

void option_name(char name[OPTION_NAME_SIZE], const struct option_spec *spec) {
    if (spec->short_name != '\0')
        snprintf(name, OPTION_NAME_SIZE, "-%c/--%s", spec->short_name, spec->long_name);
    else
        snprintf(name, OPTION_NAME_SIZE, "--%s", spec->long_name);
}

const struct option_spec *option_find_short(char letter) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_specs[i].short_name == letter && letter != '\0')
            return &option_specs[i];
    return NULL;
}

const struct option_spec *option_find_key(const char *key) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(option_specs[i].long_name, key) == 0)
            return &option_specs[i];
    return key[0] != '\0' && key[1] == '\0' ? option_find_short(key[0]) : NULL;
}

int setting_fail(const struct setting *setting, const char *what, const char *more,
                 struct error *error) {
    char name[OPTION_NAME_SIZE];

    option_name(name, setting->spec);
    return error_set(error, setting->label != NULL ? ERROR_LOCAL : ERROR_USAGE, "%s%s%s",
                     setting->label != NULL ? setting->label : name, what, more);
}

/* ---- Help ---- */

static void print_option_help(FILE *stream, const struct option_spec *spec) {
    enum { INDENT = 26 };
    char head[64];
    bool is_optional = spec->argument == ARGUMENT_OPTIONAL;
    bool has_value = spec->value_name != NULL;
    const char *line = spec->help;

    int length = spec->short_name != '\0' ? snprintf(head, sizeof head, "  -%c, ", spec->short_name)
                                          : snprintf(head, sizeof head, "      ");
    length += snprintf(head + length, sizeof head - (size_t)length, "--%s%s%s%s%s", spec->long_name,
                       is_optional ? "[" : "", has_value ? "=" : "",
                       has_value ? spec->value_name : "", is_optional ? "]" : "");
    if (length >= INDENT - 1) {
        fprintf(stream, "%s\n", head);
        head[0] = '\0';
    }
    while (*line != '\0') {
        int width = (int)strcspn(line, "\n");
        fprintf(stream, "%-*s%.*s\n", INDENT, head, width, line);
        line += width + (line[width] == '\n');
        head[0] = '\0';
    }
}

void option_print_help(FILE *stream) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_specs[i].help != NULL)
            print_option_help(stream, &option_specs[i]);
}
