/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/server.h"

#include "characters.h"
#include "number.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"

enum { LABEL_MAX = 63, PORT_MAX = 65535 };

static const char domain[] = ".wolkvox.com";
static const char not_a_host[] = "it is neither a host name nor an IP address";

/* ---- Hosts ---- */

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
    server->is_ipv6 = false;
    server->is_absolute = length > 0 && text[length - 1] == '.';
    length -= server->is_absolute;
    if (length > HOST_MAX)
        return -1;
    copy_lower(server->host, text, length);
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
    server->is_absolute = false;
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
    *reason = "its port is not a whole number from 1 to 65535";
    if (text[size] != ':' ||
        number_parse(text + size + 1, length - size - 1, PORT_MAX, &port) != 0 || port == 0)
        return -1;
    server->port = (int)port;
    return 0;
}

/* ---- Servers ---- */

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

static bool has_space_or_control(const char *text) {
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || *text == '\x7F')
            return true;
    return false;
}

/* What makes sense only in a URL; NULL: nothing. */
static const char *why_no_bare_host(const char *text) {
    const char *behind = *text == '[' ? strchr(text, ']') : text;

    if (strchr(text, '/') != NULL)
        return "leave out the path, or write https:// in front";
    if (behind != NULL && strchr(behind, ':') != NULL)
        return "give the port with --port, or write https:// in front";
    return NULL;
}

static int parse_authority(const char *text, const char *scheme_end, struct server *server,
                           const char **reason) {
    const char *authority = scheme_end != NULL ? scheme_end + 3 : text;
    size_t length = strcspn(authority, "/");

    *reason = "leave out the user and the password";
    if (memchr(authority, '@', length) != NULL)
        return -1;
    if (scheme_end == NULL) {
        if (parse_ipv6(text, strlen(text), server) == 0)
            return 0;
        *reason = why_no_bare_host(text);
        if (*reason != NULL)
            return -1;
    }
    return parse_host_and_port(authority, length, server, reason);
}

int server_parse(const char *text, struct server *server, const char **reason) {
    const char *scheme_end = strstr(text, "://");

    server->plain_http = scheme_end != NULL && has_scheme(text, scheme_end, "http");
    server->port = server->plain_http ? PORT_HTTP : PORT_HTTPS;
    *reason = "it must not contain spaces or control characters";
    if (has_space_or_control(text))
        return -1;
    *reason = "only https:// is accepted, and http:// for a loopback address";
    if (scheme_end != NULL && !server->plain_http && !has_scheme(text, scheme_end, "https"))
        return -1;
    if (parse_authority(text, scheme_end, server, reason) != 0)
        return -1;
    *reason = "write https://; with http:// the token would travel in the clear, so that is only "
              "for a loopback address";
    if (server->plain_http && !is_loopback(server))
        return -1;
    *reason = "that is the login page; log in and give the wvNNNN shown in the address bar";
    return strcmp(server->host, "manager") == 0 || strcmp(server->host, "manager.wolkvox.com") == 0
               ? -1
               : 0;
}

/* ---- The vendor's names ---- */

/* Where the host is PREFIXdigits, bare or in that domain: the number of digits; else 0. */
static size_t count_digits(const char *host, const char *prefix, const char *in_domain) {
    size_t length = strlen(prefix);

    if (strncmp(host, prefix, length) != 0)
        return 0;
    size_t count = strspn(host + length, DIGITS);
    const char *rest = host + length + count;
    return *rest == '\0' || strcmp(rest, in_domain) == 0 ? count : 0;
}

/* The old names of the CRM's servers are switched off. */
static bool has_old_name(const struct server *server) {
    return count_digits(server->host, "sv", ".crmvox.com") > 0;
}

size_t server_count_digits(const struct server *server, const struct api *api) {
    return count_digits(server->host, api->host_prefix, domain);
}

const struct api *server_owner(const struct server *server) {
    if (has_old_name(server))
        return &apis[API_CRM];
    for (size_t i = 0; i < API_COUNT; i++)
        if (server_count_digits(server, &apis[i]) > 0)
            return &apis[i];
    return NULL;
}

int server_complete(struct server *server, const struct api *api) {
    bool is_old = has_old_name(server);
    char name[HOST_MAX + 1];
    int length;

    if (is_old || count_digits(server->host, "", "") > 0) {
        const char *digits = server->host + (is_old ? 2 : 0);
        length = snprintf(name, sizeof name, "%s%.*s%s", api->host_prefix,
                          (int)strspn(digits, DIGITS), digits, domain);
    } else if (server->is_ipv6 || strcmp(server->host, "localhost") == 0 ||
               strchr(server->host, '.') != NULL) {
        return 0;
    } else {
        length = snprintf(name, sizeof name, "%s%s", server->host, domain);
    }
    if (length > HOST_MAX || !is_host_name(name))
        return -1;
    memcpy(server->host, name, (size_t)length + 1);
    return 0;
}

/* ---- Proxies ---- */

static bool is_proxy_scheme(const char *text, const char *scheme_end) {
    static const char *const schemes[] = {"http",    "https",  "socks4",
                                          "socks4a", "socks5", "socks5h"};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (has_scheme(text, scheme_end, schemes[i]))
            return true;
    return false;
}

/* With an encoded control character in user or password libcurl connects without the proxy, and
 * does not say so. */
static bool is_passed_over(const char *user, const char *end) {
    for (; user < end; user++)
        if (user[0] == '%' && (user[1] == '0' || user[1] == '1'))
            return true;
    return false;
}

/* What would end user and password for libcurl but not for other programs is not to stand there as
 * it is (RFC 3986, section 3.2.1). */
bool server_is_proxy_url(const char *text) {
    const char *scheme_end = strstr(text, "://");
    const char *authority = scheme_end != NULL ? scheme_end + 3 : text;
    const char *at = strrchr(authority, '@');
    const char *host = at != NULL ? at + 1 : authority;
    size_t length = strcspn(host, "/");
    struct server proxy;
    const char *reason;

    return (scheme_end == NULL || is_proxy_scheme(text, scheme_end)) &&
           !has_space_or_control(text) &&
           (at == NULL ||
            (authority + strcspn(authority, "#?[]@\\/") == at && !is_passed_over(authority, at))) &&
           (host[length] == '\0' || host[length + 1] == '\0') &&
           parse_host_and_port(host, length, &proxy, &reason) == 0;
}
