/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state.h"
#include "unit.h"

UNIT_TEST(states_are_read_in_any_case_or_as_the_exit_code) {
    static const char *const texts[][5] = {
        {"OK", "ok", "Ok", "oK", "0"},
        {"WARNING", "warning", "Warning", "wArNiNg", "1"},
        {"CRITICAL", "critical", "Critical", "cRITICAL", "2"},
        {"UNKNOWN", "unknown", "Unknown", "uNKNOWN", "3"},
    };

    for (int exit_code = 0; exit_code < 4; exit_code++) {
        for (size_t i = 0; i < UNIT_COUNT(texts[0]); i++) {
            enum state state;
            unit_check(state_parse(texts[exit_code][i], &state) == 0 && (int)state == exit_code,
                       "'%s'", texts[exit_code][i]);
        }
        unit_check(strcmp(state_name((enum state)exit_code), texts[exit_code][0]) == 0,
                   "name of %s", texts[exit_code][0]);
    }
}

UNIT_TEST(nothing_else_is_a_state) {
    static const char *const cases[] = {"",    "4",   "-1",   "00",       "01",   "+1",
                                        "1 ",  " ok", "o",    "okay",     "warn", "warningg",
                                        "1.0", "0x1", "ok\n", "dependent"};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        enum state state;
        unit_check(state_parse(cases[i], &state) == -1, "'%s'", unit_show_text(cases[i]).text);
    }
}

UNIT_TEST(critical_is_the_worst_and_unknown_the_next) {
    static const enum state order[] = {STATE_OK, STATE_WARNING, STATE_UNKNOWN, STATE_CRITICAL};

    for (size_t a = 0; a < UNIT_COUNT(order); a++)
        for (size_t b = 0; b < UNIT_COUNT(order); b++)
            unit_check(worse_state(order[a], order[b]) == order[a > b ? a : b], "%s and %s",
                       state_name(order[a]), state_name(order[b]));
}
