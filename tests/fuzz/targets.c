/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"

const struct target targets[] = {
    {"answer", target_answer},
    {"arguments", target_arguments},
    {"ca_file", target_ca_file},
    {"ini_file", target_ini_file},
    {"server", target_server},
    {"state_file", target_state_file},
    {"text", target_text},
    {"threshold", target_threshold},
    {"token_file", target_token_file},
};
const size_t target_count = sizeof targets / sizeof targets[0];
