/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/server.h"

#include "characters.h"

#include "number.h"
#include "text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"

enum { LABEL_MAX = 63, PORT_HTTPS = 443, PORT_HTTP = 80 };

static const char domain[] = ".wolkvox.com";
static const char not_a_host[] = "that is neither a host name nor an IP address";

static void copy_lower(char *out, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        out[i] = character_lower(text[i]);
    out[length] = '\0';
}

static bool is_label(const char *label, size_t length) {
    return length > 0 && length <= LABEL_MAX && label[0] != '-' && label[length - 1] != '-' &&
           strspn(label, LETTERS DIGITS "-_") >= length;
}

/* A name whose last part is a number would be read as an IPv4 address, in forms that few know
 * (127.1, 0x7f.1); only the form of four decimal numbers is one here. */
static bool has_numeric_end(const char *name) {
    const char *dot = strrchr(name, '.');

    return dot != NULL && (dot[1 + strspn(dot + 1, DIGITS)] == '\0' || strncmp(dot, ".0x", 3) == 0);
}

static bool is_host_name(const char *name) {
    struct in_addr address;
    size_t length;

    if (has_numeric_end(name))
        return inet_pton(AF_INET, name, &address) == 1;
    for (const char *label = name;; label += length + 1) {
        length = strcspn(label, ".");
        if (!is_label(label, length))
            return false;
        if (label[length] == '\0')
            return true;
    }
}

/* A host name or IPv4 address, in any case, with or without a dot at its end. */
static int parse_name(const char *text, size_t length, struct server *server) {
    if (length > 0 && text[length - 1] == '.')
        length--;
    if (length > HOST_MAX)
        return -1;
    copy_lower(server->host, text, length);
    server->is_ipv6 = false;
    return is_host_name(server->host) ? 0 : -1;
}

static int parse_ipv6(const char *text, size_t length, struct server *server) {
    char address[INET6_ADDRSTRLEN];
    struct in6_addr binary;

    if (length >= sizeof address)
        return -1;
    copy_lower(address, text, length);
    if (inet_pton(AF_INET6, address, &binary) != 1)
        return -1;
    inet_ntop(AF_INET6, &binary, server->host, sizeof server->host);
    server->is_ipv6 = true;
    return 0;
}

/* HOST or [IPV6], and what of the text stands behind it. */
static int parse_host(const char *text, size_t length, struct server *server, size_t *size) {
    const char *end = memchr(text, *text == '[' ? ']' : ':', length);

    if (*text != '[') {
        *size = end != NULL ? (size_t)(end - text) : length;
        return parse_name(text, *size, server);
    }
    if (end == NULL)
        return -1;
    *size = (size_t)(end - text) + 1;
    return parse_ipv6(text + 1, *size - 2, server);
}

/* HOST[:PORT] as it stands in a URL; server->port is set only where there is a port. */
static int parse_host_and_port(const char *text, size_t length, struct server *server,
                               const char **reason) {
    size_t size;
    int64_t port;

    *reason = not_a_host;
    if (parse_host(text, length, server, &size) != 0)
        return -1;
    if (size == length)
        return 0;
    *reason = "its port is no number from 1 to 65535";
    if (text[size] != ':' || number_parse(text + size + 1, length - size - 1, 65535, &port) != 0 ||
        port == 0)
        return -1;
    server->port = (int)port;
    return 0;
}

/* The vendor's short and old names: 0001, sv0001 and sv0001.crmvox.com are crm0001, and a name
 * without a dot stands in the vendor's domain. */
static int apply_vendor_names(struct server *server, const char **reason) {
    static const char old_domain[] = ".crmvox.com";
    char name[HOST_MAX + 1];
    const char *digits = server->host;

    if (server->is_ipv6 || strcmp(server->host, "localhost") == 0)
        return 0;
    if (strncmp(digits, "sv", 2) == 0)
        digits += 2;
    size_t count = strspn(digits, DIGITS);
    const char *rest = digits + count;
    bool old = digits != server->host && strcmp(rest, old_domain) == 0;
    bool numbered = count > 0 && (*rest == '\0' || old);
    if (!numbered && strchr(server->host, '.') != NULL)
        return 0;
    int length = numbered ? snprintf(name, sizeof name, "crm%.*s%s", (int)count, digits, domain)
                          : snprintf(name, sizeof name, "%s%s", server->host, domain);
    *reason = not_a_host;
    if (length > HOST_MAX || !is_host_name(name))
        return -1;
    memcpy(server->host, name, (size_t)length + 1);
    return 0;
}

static bool is_loopback(const struct server *server) {
    struct in_addr address;

    if (server->is_ipv6)
        return strcmp(server->host, "::1") == 0;
    return strcmp(server->host, "localhost") == 0 ||
           (inet_pton(AF_INET, server->host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

static bool has_scheme(const char *url, const char *scheme_end, const char *scheme) {
    size_t length = strlen(scheme);

    return (size_t)(scheme_end - url) == length && strncasecmp(url, scheme, length) == 0;
}

static int parse_url(const char *text, const char *scheme_end, struct server *server,
                     const char **reason) {
    const char *authority = scheme_end + 3;
    size_t length = strcspn(authority, "/");

    server->plain_http = has_scheme(text, scheme_end, "http");
    server->port = server->plain_http ? PORT_HTTP : PORT_HTTPS;
    *reason = "only https:// URLs are taken, and http:// for a loopback address";
    if (!server->plain_http && !has_scheme(text, scheme_end, "https"))
        return -1;
    *reason = "a user or password in it is not taken";
    if (memchr(authority, '@', length) != NULL)
        return -1;
    if (parse_host_and_port(authority, length, server, reason) != 0 ||
        apply_vendor_names(server, reason) != 0)
        return -1;
    *reason = "http:// is only for a loopback address, for the token would travel in the clear";
    return server->plain_http && !is_loopback(server) ? -1 : 0;
}

static int parse_bare(const char *text, struct server *server, const char **reason) {
    size_t length = strlen(text);

    server->plain_http = false;
    server->port = PORT_HTTPS;
    if (parse_ipv6(text, length, server) == 0)
        return 0;
    *reason = "a user or password in it is not taken";
    if (strchr(text, '@') != NULL)
        return -1;
    *reason = "a path needs https:// in front";
    if (strchr(text, '/') != NULL)
        return -1;
    const char *behind_bracket = strchr(text, ']');
    *reason = "a port goes with --port, or needs https:// in front";
    if (*text == '[' ? behind_bracket != NULL && behind_bracket[1] == ':'
                     : strchr(text, ':') != NULL)
        return -1;
    return parse_host_and_port(text, length, server, reason) != 0 ||
                   apply_vendor_names(server, reason) != 0
               ? -1
               : 0;
}

static bool has_space_or_control(const char *text) {
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || *text == '\x7F')
            return true;
    return false;
}

int server_parse(const char *text, struct server *server, const char **reason) {
    const char *scheme_end = strstr(text, "://");

    *reason = "it is empty";
    if (*text == '\0')
        return -1;
    *reason = "spaces and control characters have no place in it";
    if (has_space_or_control(text))
        return -1;
    return scheme_end != NULL ? parse_url(text, scheme_end, server, reason)
                              : parse_bare(text, server, reason);
}

/* Where the host begins, behind USER:PASSWORD@; makes *length shorter by as much. */
static const char *skip_user(const char *authority, size_t *length) {
    const char *at;

    while ((at = memchr(authority, '@', *length)) != NULL) {
        *length -= (size_t)(at - authority) + 1;
        authority = at + 1;
    }
    return authority;
}

static bool is_proxy_scheme(const char *text, const char *scheme_end) {
    static const char *const schemes[] = {"http",    "https",  "socks4",
                                          "socks4a", "socks5", "socks5h"};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (has_scheme(text, scheme_end, schemes[i]))
            return true;
    return false;
}

static bool is_escape(const char *text) {
    return *text == '%' && strspn(text + 1, "0123456789ABCDEFabcdef") >= 2;
}

/* The part before the @: what would end it for libcurl but not for other programs is to be
 * percent-encoded (RFC 3986, section 3.2.1). */
static bool is_user_info(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (strchr("#?[]@\\", text[i]) != NULL || (text[i] == '%' && !is_escape(text + i)))
            return false;
    return true;
}

bool server_is_proxy_passed_over(const char *text) {
    const char *at = strrchr(text, '@');

    for (; at != NULL && text < at; text++)
        if (is_escape(text) && text[1] < '2')
            return true;
    return false;
}

bool server_is_proxy_url(const char *text) {
    const char *scheme_end = strstr(text, "://");
    const char *authority = scheme_end != NULL ? scheme_end + 3 : text;
    size_t length = strcspn(authority, "/");
    struct server proxy;
    const char *reason;

    if (has_space_or_control(text) || server_is_proxy_passed_over(text) ||
        (scheme_end != NULL && !is_proxy_scheme(text, scheme_end)) ||
        (authority[length] == '/' && authority[length + 1] != '\0'))
        return false;
    const char *host = skip_user(authority, &length);
    return (host == authority || is_user_info(authority, (size_t)(host - authority) - 1)) &&
           parse_host_and_port(host, length, &proxy, &reason) == 0;
}

void server_url_host(const char *url, char host[HOST_MAX + 1]) {
    const char *scheme_end = strstr(url, "://");

    host[0] = '\0';
    if (scheme_end == NULL)
        return;
    size_t length = strcspn(scheme_end + 3, "/?#\\");
    const char *authority = skip_user(scheme_end + 3, &length);
    bool bracket = length > 0 && *authority == '[';
    const char *end = memchr(authority, bracket ? ']' : ':', length);
    const char *start = authority + bracket;
    size_t host_length = (size_t)((end != NULL ? end : authority + length) - start);
    if (host_length > 0 && start[host_length - 1] == '.')
        host_length--;
    copy_lower(host, start, host_length < HOST_MAX ? host_length : HOST_MAX);
}
