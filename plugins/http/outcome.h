/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "http/exchange.h"

/* What came of an exchange: an answer, or a sentence that says why there is none. */

/* Fills the answer, and gives 0, where libcurl ended with an outcome that leaves one; else -1 with
 * ERROR_UNAVAILABLE or ERROR_TIMEOUT, or with ERROR_LOCAL where the reason lies on this machine. */
int http_outcome_evaluate(struct http_exchange *exchange, CURLcode outcome, struct error *error);

/* Whether the server's certificate was refused for no more than an issuer that was not found. */
bool http_outcome_is_issuer_missing(const struct http_exchange *exchange, CURLcode outcome);
