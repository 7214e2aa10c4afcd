/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door.h"

/* Those whose rooms need the C library only. */
const struct door doors[] = {{"text", door_text}, {"threshold", door_threshold}};
const size_t door_count = sizeof doors / sizeof doors[0];
