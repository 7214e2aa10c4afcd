/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"

/* Looks at a file of CA certificates before it is used, so that a wrong one is reported before any
 * connection: it must be a regular file of at most 16 MiB in which a certificate in PEM form
 * (RFC 7468) begins. What is in it is for the TLS library. Gives 0, or -1 with ERROR_LOCAL. */
int ca_file_check(const char *path, struct error *error);
