/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/option_table.h"

#include "text.h"

#include <getopt.h>
#include <stdbool.h>
#include <string.h>

static const struct option_spec specs[OPTION_COUNT] = {
    {OPTION_HOSTNAME, 'H', "hostname", ARGUMENT_REQUIRED, "SERVER",
     "the CRM server: a host name, an IP address, a number such as 0001, or an https:// URL",
     "the CRM server as in the browser's address bar: a\n"
     "name, an address, a number (0001 is\n"
     "crm0001.wolkvox.com) or an https:// URL. Required."},
    {OPTION_OPERATION, 'o', "operation", ARGUMENT_REQUIRED, "NAME", "the operation's name",
     "the operation's name. Required."},
    {OPTION_PORT, 'p', "port", ARGUMENT_REQUIRED, "PORT", "a whole number from 1 to 65535",
     "1 to 65535 (default: the one in SERVER, else the\n"
     "scheme's)"},
    {OPTION_TOKEN_FILE, '\0', "token-file", ARGUMENT_REQUIRED, "FILE",
     "a file's name, or - for standard input",
     "read the token from the first line of FILE (-:\n"
     "standard input). Without it the token is the key\n"
     "`token' of an INI file (--extra-opts), else the\n"
     "environment variable WOLKVOX_TOKEN."},
    {OPTION_WARNING, 'w', "warning", ARGUMENT_REQUIRED, "THRESHOLD",
     "calls left or a percentage of the limit (480, 10%) or a range of them (100:, @0:10%)",
     "warn when fewer calls than THRESHOLD are left:\n"
     "a number (480), a percentage of the limit (10%),\n"
     "or a range of either. Default, where neither -w\n"
     "nor -c is given: 20%."},
    {OPTION_CRITICAL, 'c', "critical", ARGUMENT_REQUIRED, "THRESHOLD",
     "calls left or a percentage of the limit (480, 10%) or a range of them (100:, @0:10%)",
     "the same for critical. Default, where neither is\n"
     "given: 10%. No calls left is always critical."},
    {OPTION_METHOD, 'X', "method", ARGUMENT_REQUIRED, "METHOD", "GET or POST",
     "GET or POST only (default: POST, and GET where the\n"
     "answer to POST is 405 or 501)"},
    {OPTION_TIMEOUT, 't', "timeout", ARGUMENT_REQUIRED, "SECONDS[:STATE]",
     "a whole number of seconds from 1 to 3600, and after a colon a state",
     "for the whole run, 1 to 3600 (default: 10). STATE\n"
     "is what a timeout means (default: as\n"
     "--unavailable)."},
    {OPTION_UNAVAILABLE, '\0', "unavailable", ARGUMENT_REQUIRED, "STATE",
     "ok, warning, critical, unknown or 0 to 3",
     "what an API that cannot be used means: ok, warning,\n"
     "critical, unknown or 0 to 3 (default: critical)"},
    {OPTION_CA_FILE, '\0', "ca-file", ARGUMENT_REQUIRED, "FILE",
     "a file of CA certificates in PEM form",
     "trust the CA certificates in FILE (PEM), and no\n"
     "others"},
    {OPTION_PROXY, '\0', "proxy", ARGUMENT_REQUIRED, "URL",
     "[SCHEME://][USER:PASSWORD@]HOST[:PORT], or nothing for no proxy",
     "use this proxy; --proxy= uses none. Without the\n"
     "option the environment counts (https_proxy,\n"
     "no_proxy, ...). Plain HTTP never goes through one."},
    {OPTION_IPV4, '4', "use-ipv4", ARGUMENT_NONE, NULL, "no value", "connect by IPv4 only"},
    {OPTION_IPV6, '6', "use-ipv6", ARGUMENT_NONE, NULL, "no value", "connect by IPv6 only"},
    {OPTION_MAX_AGE, '\0', "max-age", ARGUMENT_REQUIRED, "SECONDS",
     "a whole number of seconds from 0 to 86400",
     "use an answer again that is younger than SECONDS,\n"
     "and make no request; 0 to 86400 (default: 0, off).\n"
     "Checks of one token then wait for each other."},
    {OPTION_STATE_DIR, '\0', "state-dir", ARGUMENT_REQUIRED, "DIR", "a directory's name",
     "keep answers in DIR (default: $MP_STATE_PATH,\n"
     "$NAGIOS_PLUGIN_STATE_DIRECTORY, or the one that was\n"
     "chosen when the plugin was built)"},
    {OPTION_FORECAST, '\0', "forecast", ARGUMENT_OPTIONAL, "STATE",
     "a state, as in forecast=critical: ok, warning, critical, unknown or 0 to 3",
     "tell when the calls will run out before the reset;\n"
     "the state is then at least STATE (default: warning;\n"
     "ok: tell only)"},
    {OPTION_EXTRA_OPTS, '\0', "extra-opts", ARGUMENT_OPTIONAL, "[SECTION][@FILE]",
     "[SECTION][@FILE]",
     "read options from an INI file, as the Monitoring\n"
     "Plugins do (default section: check_wolkvox_token).\n"
     "Repeatable; the command line wins."},
    {OPTION_VERBOSE, 'v', "verbose", ARGUMENT_NONE, NULL, "no value",
     "say more: in the line (-v), in lines below it (-vv),\n"
     "with the HTTP exchange (-vvv)"},
    {OPTION_VERSION, 'V', "version", ARGUMENT_NONE, NULL, "no value",
     "print the version and exit with 3"},
    {OPTION_HELP, 'h', "help", ARGUMENT_NONE, NULL, "no value", "print this help and exit with 3"},
};

/* Not an option, but a word that people will type. */
static const char forbidden[] = "token";
enum { FORBIDDEN_VALUE = 1000, FIRST_VALUE = 256 };

static const int has_arg[] = {no_argument, required_argument, optional_argument};

void option_name(char name[OPTION_NAME_SIZE], const struct option_spec *spec) {
    if (spec->short_name != '\0')
        snprintf(name, OPTION_NAME_SIZE, "-%c, --%s", spec->short_name, spec->long_name);
    else
        snprintf(name, OPTION_NAME_SIZE, "--%s", spec->long_name);
}

static const struct option_spec *find_short(int name) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (specs[i].short_name == name && name != '\0')
            return &specs[i];
    return NULL;
}

const struct option_spec *option_find_key(const char *key) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(specs[i].long_name, key) == 0)
            return &specs[i];
    return key[0] != '\0' && key[1] == '\0' ? find_short(key[0]) : NULL;
}

/* ---- The command line ---- */

struct getopt_names {
    char shorts[2 + 3 * OPTION_COUNT + 1];
    struct option longs[OPTION_COUNT + 2];
};

static void fill_names(struct getopt_names *names) {
    /* "-": words that are no options come in their place; ":": a missing value is told apart. */
    char *next = stpcpy(names->shorts, "-:");

    memset(names->longs, 0, sizeof names->longs);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        names->longs[i].name = specs[i].long_name;
        names->longs[i].has_arg = has_arg[specs[i].argument];
        names->longs[i].val = FIRST_VALUE + (int)i;
        if (specs[i].short_name == '\0')
            continue;
        *next++ = specs[i].short_name;
        next = stpcpy(next, specs[i].argument == ARGUMENT_REQUIRED ? ":" : "");
    }
    names->longs[OPTION_COUNT].name = forbidden;
    names->longs[OPTION_COUNT].has_arg = optional_argument;
    names->longs[OPTION_COUNT].val = FORBIDDEN_VALUE;
}

static const struct option_spec *find_value(int value) {
    if (value >= FIRST_VALUE && value < FIRST_VALUE + OPTION_COUNT)
        return &specs[value - FIRST_VALUE];
    return value < FIRST_VALUE ? find_short(value) : NULL;
}

/* Whether a word that is no option's unique name can only be meant as --token: an abbreviation of
 * it, or the token glued to it. */
static bool is_meant_as_token(const char *word) {
    size_t length = strcspn(word + 2, "=");
    size_t whole = strlen(forbidden);

    return length > 0 && strncmp(word + 2, forbidden, length < whole ? length : whole) == 0;
}

static int refuse_token(struct error *error) {
    return error_set(error, ERROR_USAGE,
                     "--token is not taken: command lines are public; use --token-file, an INI "
                     "file or the environment variable WOLKVOX_TOKEN");
}

static int refuse_long(const char *word, struct error *error) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *name = word + 2;
    size_t length = strcspn(name, "=");

    if (is_meant_as_token(word))
        return refuse_token(error);
    /* What may be a token is not repeated: a part of it that is masked, too, has 16 characters. */
    if (length == 0 || length >= 16 || strspn(name, letters) < length)
        return error_set(error, ERROR_USAGE, "unknown option (a long one)");
    return error_set(error, ERROR_USAGE, "unknown or ambiguous option --%.*s", (int)length, name);
}

/* What getopt_long() did not like. `value` is the option's that it names, or 0. */
static int refuse(int value, const char *word, struct error *error) {
    const struct option_spec *spec = find_value(value);
    char name[OPTION_NAME_SIZE];

    if (value == FORBIDDEN_VALUE)
        return refuse_token(error);
    if (spec == NULL && value == 0)
        return refuse_long(word, error);
    if (spec == NULL) {
        const char letter = (char)value;
        return error_set(error, ERROR_USAGE, "unknown option -%s", excerpt_of(&letter, 1, 1).text);
    }
    option_name(name, spec);
    return error_set(error, ERROR_USAGE, "option %s takes %s%s", name, spec->takes,
                     spec->argument == ARGUMENT_NONE ? "" : ": its value is missing");
}

static int refuse_positional(struct error *error) {
    return error_set(error, ERROR_USAGE,
                     "a word that belongs to no option (not shown, for it may be a secret); every "
                     "value goes with its option, that of --forecast behind an equals sign");
}

int option_scan(int argc, char **argv, option_visitor *visit, void *context, struct error *error) {
    enum { POSITIONAL = 1 };
    struct getopt_names names;
    int value;

    fill_names(&names);
    opterr = 0;
    optind = 0; /* makes both glibc and musl begin anew */
    while ((value = getopt_long(argc, argv, names.shorts, names.longs, NULL)) != -1) {
        bool refused = value == '?' || value == ':' || value == FORBIDDEN_VALUE;
        if (refused || value == POSITIONAL) {
            if (error == NULL)
                continue;
            return refused
                       ? refuse(value == FORBIDDEN_VALUE ? value : optopt, argv[optind - 1], error)
                       : refuse_positional(error);
        }
        const struct option_spec *spec = find_value(value);
        const char *argument = optarg;
        if (spec->id == OPTION_EXTRA_OPTS && argument == NULL && optind < argc &&
            argv[optind][0] != '-')
            argument = argv[optind++];
        if (visit(context, spec, argument, error) != 0)
            return -1;
    }
    return optind < argc && error != NULL ? refuse_positional(error) : 0;
}

/* ---- Help ---- */

static void print_option_help(FILE *stream, const struct option_spec *spec) {
    enum { INDENT = 26 };
    char head[64] = "      ";
    const char *line = spec->help;
    bool has_value = spec->value_name != NULL;

    if (spec->short_name != '\0')
        snprintf(head, sizeof head, "  -%c, ", spec->short_name);
    int length = fprintf(stream, "%s--%s%s%s%s", head, spec->long_name,
                         spec->argument == ARGUMENT_OPTIONAL ? "[" : "", has_value ? "=" : "",
                         has_value ? spec->value_name : "");
    if (spec->argument == ARGUMENT_OPTIONAL)
        length += fprintf(stream, "]");
    if (length >= INDENT - 1) {
        fputc('\n', stream);
        length = 0;
    }
    while (*line != '\0') {
        int width = (int)strcspn(line, "\n");
        fprintf(stream, "%*s%.*s\n", INDENT - length, "", width, line);
        line += width + (line[width] == '\n');
        length = 0;
    }
}

void option_print_help(FILE *stream) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        print_option_help(stream, &specs[i]);
}
