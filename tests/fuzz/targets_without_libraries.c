/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"

/* Those whose modules need the C library only. */
const struct target targets[] = {{"text", target_text}, {"threshold", target_threshold}};
const size_t target_count = sizeof targets / sizeof targets[0];
