/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/option_table.h"

#include <string.h>

const struct option_spec option_specs[OPTION_COUNT] = {
    {OPTION_HOSTNAME, 'H', "hostname", ARGUMENT_REQUIRED, EMPTY_IS_REFUSED,
     "a host name, an IP address, a number such as 0001, or an https:// URL"},
    {OPTION_OPERATION, 'o', "operation", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN,
     "the operation's name"},
    {OPTION_API, '\0', "api", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "crm or manager"},
    {OPTION_RESET_AT, '\0', "reset-at", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN,
     "a time of the day such as 00:00, 00:00Z or 00:00-05:00"},
    {OPTION_PORT, 'p', "port", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN,
     "a whole number from 1 to 65535"},
    {OPTION_TOKEN_FILE, '\0', "token-file", ARGUMENT_REQUIRED, EMPTY_IS_REFUSED,
     "the name of a file, or - for standard input"},
    {OPTION_WARNING, 'w', "warning", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN,
     "calls left such as 480, a percentage of the limit such as 10%, or a range of them"},
    {OPTION_CRITICAL, 'c', "critical", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN,
     "calls left such as 480, a percentage of the limit such as 10%, or a range of them"},
    {OPTION_METHOD, 'X', "method", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN, "GET or POST"},
    {OPTION_TIMEOUT, 't', "timeout", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN,
     "a whole number of seconds from 1 to 3600, optionally followed by a colon and a state "
     "(10:unknown)"},
    {OPTION_UNAVAILABLE, '\0', "unavailable", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN,
     "ok, warning, critical, unknown or 0 to 3"},
    {OPTION_CA_FILE, '\0', "ca-file", ARGUMENT_REQUIRED, EMPTY_IS_REFUSED,
     "the name of a file of CA certificates in PEM form"},
    {OPTION_PROXY, '\0', "proxy", ARGUMENT_REQUIRED, EMPTY_IS_A_VALUE,
     "[SCHEME://][USER:PASSWORD@]HOST[:PORT], or nothing for no proxy"},
    {OPTION_IPV4, '4', "use-ipv4", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, "no value"},
    {OPTION_IPV6, '6', "use-ipv6", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, "no value"},
    {OPTION_MAX_AGE, '\0', "max-age", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN,
     "a whole number of seconds from 0 to 86400"},
    {OPTION_STATE_DIR, '\0', "state-dir", ARGUMENT_REQUIRED, EMPTY_IS_NOT_GIVEN,
     "the name of a directory"},
    {OPTION_FORECAST, '\0', "forecast", ARGUMENT_OPTIONAL, EMPTY_IS_NOT_GIVEN,
     "a state, as in forecast=critical: ok, warning, critical, unknown or 0 to 3"},
    {OPTION_EXTRA_OPTS, '\0', "extra-opts", ARGUMENT_OPTIONAL, EMPTY_IS_A_VALUE,
     "[SECTION][@FILE], with a file name after the @"},
    {OPTION_VERBOSE, 'v', "verbose", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, "no value"},
    {OPTION_VERSION, 'V', "version", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, "no value"},
    {OPTION_HELP, 'h', "help", ARGUMENT_NONE, EMPTY_IS_NOT_GIVEN, "no value"},
    {OPTION_TOKEN, '\0', "token", ARGUMENT_REQUIRED, EMPTY_IS_A_VALUE, "a token"},
};

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
    const struct option_spec *spec = setting->spec;
    const char letter[] = {'-', spec->short_name, '/', '\0'};

    if (setting->label != NULL)
        return error_set(error, ERROR_LOCAL, "%s%s%s", setting->label, what, more);
    return error_set(error, ERROR_USAGE, "%s--%s%s%s", spec->short_name != '\0' ? letter : "",
                     spec->long_name, what, more);
}
