/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door.h"

const struct door doors[] = {
    {"answer", door_answer},     {"arguments", door_arguments}, {"ca_file", door_ca_file},
    {"ini_file", door_ini_file}, {"server", door_server},       {"state_file", door_state_file},
    {"text", door_text},         {"threshold", door_threshold}, {"token_file", door_token_file},
};
const size_t door_count = sizeof doors / sizeof doors[0];
