/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
#include "mask.h"

/* One target, named by TARGET at compile time, for libFuzzer. */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mask_register(fuzz_secret);
    TARGET(bytes, size);
    return 0;
}
