/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CA_DIRECTORY_H
#define CA_DIRECTORY_H

#include <stdbool.h>

/* A directory of CA certificates. */

/* Whether one certificate at least stands there under the name by which OpenSSL looks it up, its
 * subject's hash (openssl-rehash(1)). false also where the directory cannot be read. */
bool ca_directory_is_hashed(const char *path);

#endif
