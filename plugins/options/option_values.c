/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/option_values.h"

#include "extra_opts.h"
#include "number.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TIMEOUT_MAX = 3600, PORT_MAX = 65535, MAX_AGE_MAX = 86400 };

/* ---- Each takes a value (empty: none), gives 0 and sets it, or -1 and may say why ---- */

static int set_number(int *field, const char *value, size_t length, int min, int max) {
    int64_t number;

    if (number_parse(value, length, max, &number) != 0 || number < min)
        return -1;
    *field = (int)number;
    return 0;
}

static int set_api(const struct api **field, const char *value) {
    for (size_t i = 0; i < API_COUNT; i++)
        if (strcasecmp(value, apis[i].name) == 0) {
            *field = &apis[i];
            return 0;
        }
    return -1;
}

static int set_timeout(struct options *options, const char *value) {
    size_t length = strcspn(value, ":");

    if (value[length] == ':' && state_parse(value + length + 1, &options->timeout_state) != 0)
        return -1;
    return set_number(&options->timeout, value, length, 1, TIMEOUT_MAX);
}

static int set_method(enum method_choice *field, const char *value) {
    bool get = strcasecmp(value, "GET") == 0;

    *field = get ? METHOD_GET : METHOD_POST;
    return get || strcasecmp(value, "POST") == 0 ? 0 : -1;
}

static int set_value(struct options *options, enum option_id id, const char *value,
                     const char **reason) {
    switch (id) {
    case OPTION_HOSTNAME:
        return server_parse(value, &options->server, reason);
    case OPTION_API:
        return set_api(&options->api, value);
    case OPTION_RESET_AT:
        return daily_time_parse(value, &options->reset_at);
    case OPTION_PORT:
        return set_number(&options->port, value, strlen(value), 1, PORT_MAX);
    case OPTION_WARNING:
        return threshold_parse(value, &options->warning, reason);
    case OPTION_CRITICAL:
        return threshold_parse(value, &options->critical, reason);
    case OPTION_METHOD:
        return set_method(&options->method, value);
    case OPTION_TIMEOUT:
        return set_timeout(options, value);
    case OPTION_UNAVAILABLE:
        return state_parse(value, &options->unavailable);
    case OPTION_PROXY:
        return *value == '\0' || server_is_proxy_url(value) ? 0 : -1;
    case OPTION_MAX_AGE:
        return set_number(&options->max_age, value, strlen(value), 0, MAX_AGE_MAX);
    case OPTION_FORECAST:
        options->forecast = STATE_WARNING;
        return *value == '\0' ? 0 : state_parse(value, &options->forecast);
    case OPTION_EXTRA_OPTS:
        return extra_opts_is_valid(value) ? 0 : -1;
    case OPTION_VERBOSE:
        options->verbose++;
        return 0;
    default: /* any text will do, or there is none */
        return 0;
    }
}

int option_set(struct options *options, const struct setting *setting, struct error *error) {
    const struct option_spec *spec = setting->spec;
    struct setting *slot = &options->given[spec->id];
    const char *value = setting->value;
    const char *reason = NULL;
    bool is_empty = value != NULL && *value == '\0';

    if (is_empty && spec->empty == EMPTY_IS_NOT_GIVEN) {
        free(setting->label);
        return 0;
    }
    free(slot->label);
    *slot = *setting;
    if (is_empty && spec->empty == EMPTY_IS_REFUSED)
        return setting_fail(slot, " is empty; give ", spec->expects, error);
    if (value == NULL && spec->argument == ARGUMENT_REQUIRED)
        return setting_fail(slot, " needs a value: ", spec->expects, error);
    bool is_wrong = value != NULL && spec->argument == ARGUMENT_NONE;
    if (!is_wrong && set_value(options, spec->id, value != NULL ? value : "", &reason) == 0)
        return 0;
    return reason != NULL ? setting_fail(slot, ": ", reason, error)
                          : setting_fail(slot, " takes ", spec->expects, error);
}
