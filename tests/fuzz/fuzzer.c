/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door.h"

/* One door, named by DOOR at compile time, for libFuzzer and AFL++. */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    DOOR(bytes, size);
    return 0;
}
