/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "options/api.h"

#include <stdbool.h>
#include <stddef.h>

/* The server as a user names it, and what a request needs to know of it. The rules for names are
 * the vendor's ("How to determine the CRM server?" and "Access Route Update" on the CRM API's page;
 * wvNNNN of Manager). */

enum { HOST_MAX = 253, PORT_HTTP = 80, PORT_HTTPS = 443 };

struct server {
    bool plain_http;         /* only ever for a loopback address */
    bool is_ipv6;            /* host is an IPv6 address, without brackets */
    bool is_absolute;        /* written with a final dot: not to be looked for in other domains */
    char host[HOST_MAX + 1]; /* lower case, without the final dot */
    int port;
};

/* Takes what the user wrote. Gives 0 and fills *server, the host as it stands, or -1 with *reason
 * set to a constant that says what is wrong and what to do. */
int server_parse(const char *text, struct server *server, const char **reason);

/* The API whose server this is by its name (crm0001, sv0001, wv0001, bare or whole); NULL: the name
 * does not say. */
const struct api *server_owner(const struct server *server);

/* How many digits stand behind the API's prefix in one of its servers' names; 0: the host is none
 * of them. */
size_t server_count_digits(const struct server *server, const struct api *api);

/* Turns the vendor's short and old names into the host that is asked: digits are one of the API's
 * servers, and a name without a dot stands in the vendor's domain. Gives 0, or -1 where that is
 * no host name. */
int server_complete(struct server *server, const struct api *api);

/* Whether the text is [SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/] with a scheme that libcurl takes
 * for a proxy. */
bool server_is_proxy_url(const char *text);
