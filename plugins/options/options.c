/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/options.h"

#include "extra_opts.h"
#include "options/ini_options.h"
#include "options/option_values.h"
#include "user_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_DEFAULT = 10 };

static void set_defaults(struct options *options) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        free(options->given[i].label);
    *options = (struct options){
        .timeout = TIMEOUT_DEFAULT,
        .unavailable = STATE_CRITICAL,
        .command_line = options->command_line,
    };
}

void options_free(struct options *options) {
    set_defaults(options);
    free(options->command_line.settings);
    options->command_line.settings = NULL;
}

/* ---- What is wrong only together ---- */

/* Names the files of the settings (NULL: none) that stand in one. */
static int fail_together(const char *words, const struct setting *a, const struct setting *b,
                         struct error *error) {
    const char *in_a = a->label != NULL ? a->label : "";
    const char *in_b = b != NULL && b->label != NULL ? b->label : "";
    bool in_file = *in_a != '\0' || *in_b != '\0';

    return error_set(error, in_file ? ERROR_LOCAL : ERROR_USAGE, "%s%s%s%s%s%s", words,
                     in_file ? " (" : "", in_a, *in_a != '\0' && *in_b != '\0' ? "; " : "", in_b,
                     in_file ? ")" : "");
}

/* Where one of them is the command line's, that one counts. */
static int choose_family(struct options *options, struct error *error) {
    const struct setting *ipv4 = &options->given[OPTION_IPV4];
    const struct setting *ipv6 = &options->given[OPTION_IPV6];
    bool both = ipv4->spec != NULL && ipv6->spec != NULL;

    if (both && (ipv4->label == NULL) == (ipv6->label == NULL))
        return fail_together("-4/--use-ipv4 and -6/--use-ipv6 exclude each other; give one of them",
                             ipv4, ipv6, error);
    options->ipv4 = ipv4->spec != NULL && (!both || ipv4->label == NULL);
    options->ipv6 = ipv6->spec != NULL && (!both || ipv6->label == NULL);
    return 0;
}

static int check_minimums(const struct options *options, struct error *error) {
    const struct threshold *warning = &options->warning;
    const struct threshold *critical = &options->critical;

    if (!threshold_is_minimum(warning) || !threshold_is_minimum(critical) ||
        warning->start.unit != critical->start.unit ||
        critical->start.value <= warning->start.value)
        return 0;
    return fail_together("-c/--critical must not be above -w/--warning: both count calls left, and "
                         "fewer is worse",
                         &options->given[OPTION_CRITICAL], &options->given[OPTION_WARNING], error);
}

static int choose_api(struct options *options, struct error *error) {
    const struct api *owner = server_owner(&options->server);
    const struct setting *hostname = &options->given[OPTION_HOSTNAME];
    const struct setting *given = &options->given[OPTION_API];
    char words[128];

    if (options->api != NULL && owner != NULL && options->api != owner) {
        snprintf(words, sizeof words,
                 "-H/--hostname is a server of %s, but --api is %s; one of the two is wrong",
                 owner->product, options->api->name);
        return fail_together(words, hostname, given, error);
    }
    if (options->api == NULL)
        options->api = owner != NULL ? owner : &apis[API_CRM];
    if (options->given[OPTION_OPERATION].spec == NULL || options->api->has_operation)
        return 0;
    snprintf(words, sizeof words, "leave out -o/--operation: the API of %s has no operations",
             options->api->product);
    return fail_together(words, &options->given[OPTION_OPERATION],
                         given->spec != NULL ? given : hostname, error);
}

static bool is_standard_input(const char *path) {
    return path != NULL && strcmp(path, USER_FILE_STANDARD_INPUT) == 0;
}

static int check_standard_input(const struct options *options, struct error *error) {
    const struct command_line *list = &options->command_line;
    int uses = is_standard_input(options->given[OPTION_TOKEN_FILE].value);

    for (size_t i = 0; i < list->count; i++)
        uses += list->settings[i].spec->id == OPTION_EXTRA_OPTS &&
                is_standard_input(extra_opts_named_file(list->settings[i].value));
    if (uses < 2)
        return 0;
    return fail_together("standard input (-) can be named once, by --token-file or by --extra-opts",
                         &options->given[OPTION_TOKEN_FILE], NULL, error);
}

static int check_together(struct options *options, struct error *error) {
    return choose_family(options, error) != 0 || check_minimums(options, error) != 0 ||
                   choose_api(options, error) != 0 || check_standard_input(options, error) != 0
               ? -1
               : 0;
}

/* ---- All of it ---- */

static int fail_missing(enum option_id id, struct error *error) {
    const struct setting missing = {.spec = &option_specs[id]};

    return setting_fail(&missing, " is missing; give ", missing.spec->expects, error);
}

static void set_default_thresholds(struct options *options) {
    const char *reason;

    threshold_parse("20%", &options->warning, &reason);
    threshold_parse("10%", &options->critical, &reason);
}

static void resolve_timeout_state(struct options *options) {
    const char *timeout = options->given[OPTION_TIMEOUT].value;

    if (timeout == NULL || strchr(timeout, ':') == NULL)
        options->timeout_state = options->unavailable;
}

/* What follows from how, and whether, an option was given. */
static void take_given(struct options *options) {
    const struct setting *given = options->given;

    options->operation = given[OPTION_OPERATION].value;
    options->token_file = given[OPTION_TOKEN_FILE].value;
    options->ca_file = given[OPTION_CA_FILE].value;
    options->proxy = given[OPTION_PROXY].value;
    options->state_dir = given[OPTION_STATE_DIR].value;
    options->has_reset_at = given[OPTION_RESET_AT].spec != NULL;
    options->has_forecast = given[OPTION_FORECAST].spec != NULL;
    if (options->port != 0)
        options->server.port = options->port;
    resolve_timeout_state(options);
    if (given[OPTION_METHOD].spec == NULL && !options->api->tries_post_first)
        options->method = METHOD_GET;
}

static int apply(struct options *options, const struct command_line *list, struct error *error) {
    for (size_t i = 0; i < list->count; i++)
        if (option_set(options, &list->settings[i], error) != 0)
            return -1;
    return 0;
}

enum options_outcome options_scan(int argc, char **argv, struct options *options,
                                  struct error *error) {
    struct command_line *list = &options->command_line;

    *options = (struct options){.api = NULL};
    set_defaults(options);
    secret_mask_environment();
    int scanned = command_line_scan(argc, argv, list, error);
    if (list->has[OPTION_HELP])
        return OPTIONS_HELP;
    if (list->has[OPTION_VERSION])
        return OPTIONS_VERSION;
    if (scanned != 0 || apply(options, list, error) != 0 || check_together(options, error) != 0)
        return OPTIONS_FAILED;
    resolve_timeout_state(options);
    return OPTIONS_RUN;
}

/* All files before the command line, so that it wins. */
static int read_files(struct options *options, struct error *error) {
    const struct command_line *list = &options->command_line;

    set_defaults(options);
    for (size_t i = 0; i < list->count; i++)
        if (list->settings[i].spec->id == OPTION_EXTRA_OPTS &&
            ini_options_read(options, list->settings[i].value, error) != 0)
            return -1;
    return apply(options, list, error) == 0 ? check_together(options, error) : -1;
}

int options_complete(struct options *options, struct error *error) {
    if (options->command_line.has[OPTION_EXTRA_OPTS] && read_files(options, error) != 0)
        return -1;
    if (options->given[OPTION_HOSTNAME].spec == NULL)
        return fail_missing(OPTION_HOSTNAME, error);
    if (options->api->has_operation && options->given[OPTION_OPERATION].spec == NULL)
        return fail_missing(OPTION_OPERATION, error);
    if (server_complete(&options->server, options->api) != 0)
        return setting_fail(&options->given[OPTION_HOSTNAME], " takes ",
                            option_specs[OPTION_HOSTNAME].expects, error);
    if (options->warning.text == NULL && options->critical.text == NULL)
        set_default_thresholds(options);
    take_given(options);
    return 0;
}
