/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/options.h"

#include "extra_opts.h"
#include "ini.h"
#include "memory_stream.h"
#include "number.h"
#include "options/option_table.h"
#include "output.h"
#include "process.h"
#include "text.h"
#include "user_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TIMEOUT_DEFAULT = 10, TIMEOUT_MAX = 3600, PORT_MAX = 65535, MAX_AGE_MAX = 86400 };

static const char default_section[] = PACKAGE_NAME;

const char options_usage[] = "Usage: " PACKAGE_NAME " -H SERVER -o OPERATION [options]\n"
                             "       " PACKAGE_NAME " --help\n";

/* ---- Values: each function takes one, gives 0 and sets it, or -1 and may say why ---- */

static int set_text(char **field, const char *value, const char **reason) {
    char *copy = strdup(value);

    *reason = copy == NULL ? "out of memory" : "it is empty";
    if (copy == NULL || *value == '\0') {
        free(copy);
        return -1;
    }
    free(*field);
    *field = copy;
    return 0;
}

static int set_number(int *field, const char *value, size_t length, int min, int max) {
    int64_t number;

    if (number_parse(value, length, max, &number) != 0 || number < min)
        return -1;
    *field = (int)number;
    return 0;
}

static int set_timeout(struct options *options, const char *value) {
    size_t length = strcspn(value, ":");
    enum state state = STATE_UNKNOWN;
    bool has_state = value[length] == ':';

    if (has_state && state_parse(value + length + 1, &state) != 0)
        return -1;
    if (set_number(&options->timeout, value, length, 1, TIMEOUT_MAX) != 0)
        return -1;
    options->has_timeout_state = has_state;
    options->timeout_state = state;
    return 0;
}

static int set_threshold(struct threshold *field, const char *value, const char **reason) {
    char *text = NULL;
    struct threshold parsed;

    if (set_text(&text, value, reason) != 0)
        return -1;
    if (threshold_parse(text, &parsed, reason) != 0) {
        free(text);
        return -1;
    }
    free(field->text);
    *field = parsed;
    field->text = text;
    return 0;
}

static int set_method(enum method_choice *field, const char *value) {
    bool get = strcasecmp(value, "GET") == 0;

    if (!get && strcasecmp(value, "POST") != 0)
        return -1;
    *field = get ? METHOD_GET : METHOD_POST;
    return 0;
}

static int set_proxy(struct options *options, const char *value, const char **reason) {
    if (*value != '\0' && !server_is_proxy_url(value))
        return -1;
    free(options->proxy);
    options->proxy = strdup(value);
    *reason = "out of memory";
    return options->proxy != NULL ? 0 : -1;
}

static int set_forecast(struct options *options, const char *value) {
    options->has_forecast = true;
    options->forecast = STATE_WARNING;
    return value == NULL ? 0 : state_parse(value, &options->forecast);
}

static int set_option(struct options *options, enum option_id id, const char *value,
                      const char **reason) {
    *reason = NULL;
    if (id == OPTION_FORECAST)
        return set_forecast(options, value);
    if (value == NULL)
        value = "";
    switch (id) {
    case OPTION_HOSTNAME:
        return server_parse(value, &options->server, reason);
    case OPTION_OPERATION:
        return set_text(&options->operation, value, reason);
    case OPTION_PORT:
        return set_number(&options->port, value, strlen(value), 1, PORT_MAX);
    case OPTION_TOKEN_FILE:
        return set_text(&options->token_file, value, reason);
    case OPTION_WARNING:
        return set_threshold(&options->warning, value, reason);
    case OPTION_CRITICAL:
        return set_threshold(&options->critical, value, reason);
    case OPTION_METHOD:
        return set_method(&options->method, value);
    case OPTION_TIMEOUT:
        return set_timeout(options, value);
    case OPTION_UNAVAILABLE:
        return state_parse(value, &options->unavailable);
    case OPTION_CA_FILE:
        return set_text(&options->ca_file, value, reason);
    case OPTION_PROXY:
        return set_proxy(options, value, reason);
    case OPTION_IPV4:
        options->ipv4 = true;
        return 0;
    case OPTION_IPV6:
        options->ipv6 = true;
        return 0;
    case OPTION_MAX_AGE:
        return set_number(&options->max_age, value, strlen(value), 0, MAX_AGE_MAX);
    case OPTION_STATE_DIR:
        return set_text(&options->state_dir, value, reason);
    case OPTION_EXTRA_OPTS:
        return extra_opts_is_valid(value) ? 0 : -1;
    case OPTION_VERBOSE:
        options->verbose++;
        return 0;
    case OPTION_FORECAST:
    case OPTION_VERSION:
    case OPTION_HELP:
    case OPTION_COUNT:
        break;
    }
    return -1;
}

/* ---- The command line ---- */

static int visit_argument(void *context, const struct option_spec *spec, const char *value,
                          struct error *error) {
    char name[OPTION_NAME_SIZE];
    const char *reason;

    if (set_option(context, spec->id, value, &reason) == 0)
        return 0;
    option_name(name, spec);
    return error_set(error, ERROR_USAGE, "option %s takes %s%s%s", name, spec->takes,
                     reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

static int visit_outcome(void *context, const struct option_spec *spec, const char *value,
                         struct error *error) {
    enum options_outcome *outcome = context;

    (void)value;
    (void)error;
    if (spec->id == OPTION_HELP)
        *outcome = OPTIONS_HELP;
    else if (spec->id == OPTION_VERSION && *outcome == OPTIONS_RUN)
        *outcome = OPTIONS_VERSION;
    return 0;
}

static bool is_standard_input(const char *path) {
    return path != NULL && strcmp(path, INPUT_STANDARD_INPUT) == 0;
}

static int count_standard_input(void *context, const struct option_spec *spec, const char *value,
                                struct error *error) {
    int *uses = context;

    (void)error;
    *uses += spec->id == OPTION_EXTRA_OPTS && is_standard_input(extra_opts_named_file(value));
    return 0;
}

/* Whether standard input is wanted by one at the most. */
static int check_standard_input(int argc, char **argv, const struct options *options,
                                struct error *error) {
    int uses = is_standard_input(options->token_file);

    option_scan(argc, argv, count_standard_input, &uses, NULL);
    if (uses < 2)
        return 0;
    return error_set(error, ERROR_USAGE,
                     "standard input (-) can be named once, by --token-file or by --extra-opts");
}

/* ---- INI files ---- */

struct ini_context {
    struct options *options;
    struct error bad_token; /* the first bad `token`; told only where that source is used */
    bool has_bad_token;
    const struct deadline *deadline;
};

static int fail_at_entry(const struct ini_entry *entry, const char *key, const char *what,
                         const char *reason, struct error *error) {
    bool has_reason = reason != NULL;

    return error_set(error, ERROR_LOCAL, "%s, line %zu: %s%s%s%s%s", entry->input->name,
                     entry->line, key, *key != '\0' ? " takes " : "", what, has_reason ? ": " : "",
                     has_reason ? reason : "");
}

static int set_ini_token(struct ini_context *ini, const struct ini_entry *entry,
                         struct error *error) {
    const char *value = entry->value != NULL ? entry->value : "";
    const char *reason;

    if (ini->options->ini_token == NULL)
        ini->options->ini_token = calloc(1, sizeof *ini->options->ini_token);
    if (ini->options->ini_token == NULL)
        return error_out_of_memory(error);
    if (secret_copy(ini->options->ini_token->token, value, strlen(value), &reason) == 0) {
        ini->options->ini_token->readable_by_everyone = entry->input->everybody_reads;
    } else if (!ini->has_bad_token) {
        ini->has_bad_token = true;
        fail_at_entry(entry, "token", "a token", reason, &ini->bad_token);
    }
    return 0;
}

static bool is_allowed_in_ini(enum option_id id) {
    return id != OPTION_HELP && id != OPTION_VERSION && id != OPTION_EXTRA_OPTS;
}

static int visit_entry(void *context, const struct ini_entry *entry, struct error *error) {
    struct ini_context *ini = context;
    const struct option_spec *spec = option_find_key(entry->key);
    const char *value = entry->value;
    const char *reason = "its value is missing";

    if (strcmp(entry->key, "token") == 0)
        return set_ini_token(ini, entry, error);
    if (spec == NULL)
        return fail_at_entry(entry, "",
                             value != NULL ? "its key is no option's name, whole and without dashes"
                                           : "neither key = value nor an option's name",
                             NULL, error);
    if (!is_allowed_in_ini(spec->id))
        return error_set(error, ERROR_LOCAL, "%s, line %zu: %s has no place in an INI file",
                         entry->input->name, entry->line, entry->key);
    if (spec->argument == ARGUMENT_OPTIONAL && value != NULL && *value == '\0')
        value = NULL;
    if (spec->argument == ARGUMENT_NONE ? value != NULL && *value != '\0'
                                        : value == NULL && spec->argument == ARGUMENT_REQUIRED)
        return fail_at_entry(entry, entry->key, spec->takes,
                             spec->argument == ARGUMENT_NONE ? NULL : reason, error);
    if (set_option(ini->options, spec->id, value, &reason) != 0)
        return fail_at_entry(entry, entry->key, spec->takes, reason, error);
    return 0;
}

static int read_ini_file(struct ini_context *ini, const struct extra_opts *source,
                         struct error *error) {
    struct excerpt section = excerpt_of_text(source->section);
    struct input input;

    if (input_open(&input, source->path, "INI file", error) != 0)
        return -1;
    int result = ini_read_section(&input, source->section, section.text, ini->deadline, visit_entry,
                                  ini, error);
    input_close(&input);
    return result;
}

/* Reads the INI file that one --extra-opts names; other options are passed over. */
static int visit_extra_opts(void *context, const struct option_spec *spec, const char *value,
                            struct error *error) {
    struct ini_context *ini = context;
    struct extra_opts source;

    if (spec->id != OPTION_EXTRA_OPTS)
        return 0;
    int result = extra_opts_find(value, default_section, &source, error);
    if (result == 0)
        result = read_ini_file(ini, &source, error);
    extra_opts_free(&source);
    return result;
}

/* ---- What must be right of all values together ---- */

static int check_minimums(const struct options *options, struct error *error) {
    const struct threshold *warning = &options->warning;
    const struct threshold *critical = &options->critical;

    if (threshold_is_minimum(warning) && threshold_is_minimum(critical) &&
        warning->start.unit == critical->start.unit && critical->start.value > warning->start.value)
        return error_set(error, ERROR_USAGE,
                         "option -c, --critical takes a minimum that is not above the one of -w, "
                         "--warning, for fewer calls left are worse");
    return 0;
}

static int check_all(const struct options *options, struct error *error) {
    if (options->server.host[0] == '\0')
        return error_set(error, ERROR_USAGE,
                         "option -H, --hostname is missing; it takes the CRM server");
    if (options->operation == NULL)
        return error_set(error, ERROR_USAGE,
                         "option -o, --operation is missing; it takes the operation's name");
    if (options->ipv4 && options->ipv6)
        return error_set(error, ERROR_USAGE,
                         "options -4, --use-ipv4 and -6, --use-ipv6 exclude each other");
    return check_minimums(options, error);
}

static void set_defaults(struct options *options) {
    *options = (struct options){.timeout = TIMEOUT_DEFAULT, .unavailable = STATE_CRITICAL};
}

static int finish(struct options *options, const struct ini_context *ini, struct error *error) {
    const char *reason;

    if (check_all(options, error) != 0)
        return -1;
    if (options->token_file == NULL && ini->has_bad_token) {
        *error = ini->bad_token;
        return -1;
    }
    if (options->port != 0)
        options->server.port = options->port;
    if (options->warning.text != NULL || options->critical.text != NULL)
        return 0;
    if (set_threshold(&options->warning, "20%", &reason) != 0 ||
        set_threshold(&options->critical, "10%", &reason) != 0)
        return error_out_of_memory(error);
    return 0;
}

/* Twice over the command line: first alone, so that its mistakes are told before a file is opened,
 * and for the time that reading files may take; then behind what the files say. */
enum options_outcome options_parse(int argc, char **argv, int64_t start_ms, struct options *options,
                                   struct error *error) {
    enum options_outcome outcome = OPTIONS_RUN;

    set_defaults(options);
    option_scan(argc, argv, visit_outcome, &outcome, NULL);
    if (outcome != OPTIONS_RUN)
        return outcome;
    if (option_scan(argc, argv, visit_argument, options, error) != 0 ||
        check_standard_input(argc, argv, options, error) != 0)
        return OPTIONS_FAILED;

    struct deadline deadline = deadline_after(start_ms, options->timeout);
    struct ini_context ini = {.options = options, .deadline = &deadline};
    options_free(options);
    set_defaults(options);
    if (option_scan(argc, argv, visit_extra_opts, &ini, error) != 0 ||
        option_scan(argc, argv, visit_argument, options, error) != 0 ||
        check_standard_input(argc, argv, options, error) != 0)
        return OPTIONS_FAILED;
    return finish(options, &ini, error) == 0 ? OPTIONS_RUN : OPTIONS_FAILED;
}

void options_free(struct options *options) {
    free(options->operation);
    free(options->token_file);
    free(options->warning.text);
    free(options->critical.text);
    free(options->ca_file);
    free(options->proxy);
    free(options->state_dir);
    free(options->ini_token);
    set_defaults(options);
}

int options_print_help(void) {
    char *help = NULL;
    struct memory_stream stream;

    if (memory_stream_open(&stream) == NULL)
        return -1;
    fprintf(stream.file,
            "%s\n"
            "Asks the wolkvox CRM API how many calls of its daily quota a token has left.\n"
            "Each request costs one call of that very quota.\n\n",
            options_usage);
    option_print_help(stream.file);
    fputs("\nExit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n"
          "See " PACKAGE_NAME "(1) for thresholds, INI files, perfdata and examples.\n",
          stream.file);
    int result = memory_stream_close(&stream, &help) == 0 ? output_print_text(help)
                                                          : output_print_text(options_usage);
    free(help);
    return result;
}
