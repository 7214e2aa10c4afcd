/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "perfdata.h"

#include <stddef.h>

void perfdata_print(FILE *stream, const struct perfdata *metric) {
    const char *const fields[] = {metric->warning, metric->critical, metric->min, metric->max};
    char value[NUMBER_SIZE];
    int separators = 0;

    number_format(value, metric->value, metric->decimals);
    fprintf(stream, "%s=%s%s", metric->label, value, metric->unit);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        separators++;
        if (*fields[i] == '\0')
            continue;
        for (; separators > 0; separators--)
            fputc(';', stream);
        fputs(fields[i], stream);
    }
}
