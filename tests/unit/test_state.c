/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state.h"
#include "unit.h"

static void states_have_the_numbers_of_exit_codes(void **context) {
    static const struct {
        enum state state;
        int number;
        const char *name;
    } cases[] = {{STATE_OK, 0, "OK"},
                 {STATE_WARNING, 1, "WARNING"},
                 {STATE_CRITICAL, 2, "CRITICAL"},
                 {STATE_UNKNOWN, 3, "UNKNOWN"}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        unit_check((int)cases[i].state == cases[i].number, "number of %s", cases[i].name);
        unit_check(strcmp(state_name(cases[i].state), cases[i].name) == 0, "name of %s",
                   cases[i].name);
    }
    unit_end();
}

static void states_are_read_in_any_case_or_as_a_digit(void **context) {
    static const struct {
        const char *text;
        int expected; /* -1: refused */
    } cases[] = {
        {"ok", 0},
        {"OK", 0},
        {"Ok", 0},
        {"oK", 0},
        {"0", 0},
        {"warning", 1},
        {"WARNING", 1},
        {"wArNiNg", 1},
        {"1", 1},
        {"critical", 2},
        {"CRITICAL", 2},
        {"Critical", 2},
        {"2", 2},
        {"unknown", 3},
        {"UNKNOWN", 3},
        {"Unknown", 3},
        {"3", 3},
        {"", -1},
        {"4", -1},
        {"-1", -1},
        {"00", -1},
        {"01", -1},
        {"+1", -1},
        {"1 ", -1},
        {" 1", -1},
        {"ok ", -1},
        {" ok", -1},
        {"o", -1},
        {"okay", -1},
        {"warn", -1},
        {"crit", -1},
        {"warningg", -1},
        {"criti", -1},
        {"10", -1},
        {"1.0", -1},
        {"0x1", -1},
        {"ok,warning", -1},
        {"\t", -1},
        {"ok\n", -1},
        {"dependent", -1},
        {"\xEF\xBB\xBFok", -1},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        enum state state = STATE_OK;
        int result = state_parse(cases[i].text, &state);
        unit_check(result == (cases[i].expected < 0 ? -1 : 0), "'%s' gives %d",
                   unit_show_text(cases[i].text).text, result);
        unit_check(result != 0 || (int)state == cases[i].expected, "'%s' is %d",
                   unit_show_text(cases[i].text).text, (int)state);
    }
    unit_end();
}

static void critical_is_the_worst_and_unknown_the_next(void **context) {
    static const struct {
        enum state a;
        enum state b;
        enum state worse;
    } cases[] = {
        {STATE_OK, STATE_OK, STATE_OK},
        {STATE_OK, STATE_WARNING, STATE_WARNING},
        {STATE_OK, STATE_UNKNOWN, STATE_UNKNOWN},
        {STATE_OK, STATE_CRITICAL, STATE_CRITICAL},
        {STATE_WARNING, STATE_OK, STATE_WARNING},
        {STATE_WARNING, STATE_WARNING, STATE_WARNING},
        {STATE_WARNING, STATE_UNKNOWN, STATE_UNKNOWN},
        {STATE_WARNING, STATE_CRITICAL, STATE_CRITICAL},
        {STATE_UNKNOWN, STATE_OK, STATE_UNKNOWN},
        {STATE_UNKNOWN, STATE_WARNING, STATE_UNKNOWN},
        {STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN},
        {STATE_UNKNOWN, STATE_CRITICAL, STATE_CRITICAL},
        {STATE_CRITICAL, STATE_OK, STATE_CRITICAL},
        {STATE_CRITICAL, STATE_WARNING, STATE_CRITICAL},
        {STATE_CRITICAL, STATE_UNKNOWN, STATE_CRITICAL},
        {STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        enum state worse = worse_state(cases[i].a, cases[i].b);
        unit_check(worse == cases[i].worse, "%s and %s: %s", state_name(cases[i].a),
                   state_name(cases[i].b), state_name(worse));
    }
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(states_have_the_numbers_of_exit_codes),
    cmocka_unit_test(states_are_read_in_any_case_or_as_a_digit),
    cmocka_unit_test(critical_is_the_worst_and_unknown_the_next),
};

UNIT_MAIN(tests)
