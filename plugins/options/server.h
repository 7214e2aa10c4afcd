/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>

/* The wolkvox CRM server as a user names it, and what a request needs to know of it. The rules for
 * names are the vendor's ("How to determine the CRM server?" and "Access Route Update" on the API's
 * page). */

enum { HOST_MAX = 253 };

struct server {
    bool plain_http; /* only ever for a loopback address */
    bool is_ipv6;    /* host is an IPv6 address, without brackets */
    char host[HOST_MAX + 1];
    int port;
};

/* Takes what the user wrote. Gives 0 and fills *server, or -1 with *reason set to a constant that
 * says what is wrong. */
int server_parse(const char *text, struct server *server, const char **reason);

/* Whether the text is [SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/] with a scheme that libcurl takes
 * for a proxy. */
bool server_is_proxy_url(const char *text);

/* Whether libcurl (up to 8.x) silently connects without the proxy that the text names: user or
 * password holds an encoded control character. */
bool server_is_proxy_passed_over(const char *text);

/* Copies the host of an absolute URL that a server sent: unchecked, in lower case, without brackets
 * and final dot; empty where there is none. */
void server_url_host(const char *url, char host[HOST_MAX + 1]);

#endif
