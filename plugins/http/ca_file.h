/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CA_FILE_H
#define CA_FILE_H

#include "deadline.h"
#include "error.h"

/* Looks at a file of CA certificates before it is used, so that a wrong one is told before any
 * connection: it must be a regular file of at most 16 MiB with at least one certificate in PEM form
 * (RFC 7468), and each of them must be whole. What is in a certificate is for the TLS library.
 * Gives 0, or -1 with ERROR_LOCAL. */
int ca_file_check(const char *path, const struct deadline *deadline, struct error *error);

#endif
