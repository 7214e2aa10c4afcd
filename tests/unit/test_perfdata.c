/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "output.h"
#include "unit.h"

#include <locale.h>
#include <stdlib.h>

static const struct {
    struct perfdata metric; /* label, value, decimals, unit, warning, critical, min, max */
    const char *expected;
} cases[] = {
    {{"available", 4799, 0, "", "960:", "480:", "0", "4800"}, "available=4799;960:;480:;0;4800"},
    {{"used_percent", 3, 2, "%", "80", "66.67", "0", "100"}, "used_percent=0.03%;80;66.67;0;100"},
    {{"reset", 54000, 0, "s", "", "", "0", ""}, "reset=54000s;;;0"},
    {{"time", 12345, 3, "s", "", "", "0", "3600"}, "time=12.345s;;;0;3600"},
    {{"available", -5, 0, "", "", "", "", ""}, "available=-5"},
    {{"available", 0, 0, "", "@0:5", "", "", ""}, "available=0;@0:5"},
    {{"available", 0, 0, "", "", "~:5", "", ""}, "available=0;;~:5"},
    {{"available", 0, 0, "", "", "", "", "7"}, "available=0;;;;7"},
    {{"lasts", 0, 0, "s", "", "54000:", "0", "54000"}, "lasts=0s;;54000:;0;54000"},
};

static void check_all(const char *where) {
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char *text = NULL;
        size_t length;
        FILE *stream = open_memstream(&text, &length);
        assert_non_null(stream);
        perfdata_print(stream, &cases[i].metric);
        assert_int_equal(fclose(stream), 0);
        unit_check(strcmp(text, cases[i].expected) == 0, "%s: '%s', not '%s'", where, text,
                   cases[i].expected);
        free(text);
    }
}

UNIT_TEST(metrics_are_the_same_in_every_locale) {
    static const char *const locales[] = {"C", "de_DE.UTF-8", "es_CO.UTF-8", "fr_FR.UTF-8"};

    for (size_t i = 0; i < UNIT_COUNT(locales); i++)
        if (setlocale(LC_ALL, locales[i]) != NULL)
            check_all(locales[i]);
    setlocale(LC_ALL, "C");
}
