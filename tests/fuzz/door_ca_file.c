/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ca_file.h"
#include "deadline.h"
#include "door.h"

#include <stdlib.h>
#include <string.h>

/* A file that is said to hold CA certificates. */
void door_ca_file(const uint8_t *bytes, size_t size) {
    struct supply supply = {bytes, size};
    size_t length;
    char *text = supply_text(&supply, &length);
    const struct deadline deadline = deadline_after(clock_now_ms(), 10);
    struct door_file file;
    struct error error;

    door_file_open(&file, text, length);
    if (ca_file_check(file.path, door_secret, &deadline, &error) == 0)
        promise(memmem(text, length, "-----BEGIN ", 11) != NULL &&
                    memmem(text, length, "CERTIFICATE-----", 16) != NULL,
                "a CA file has a certificate");
    else
        promise_error(&error);
    door_file_close(&file);
    free(text);
}
