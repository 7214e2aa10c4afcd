/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/token_info.h"
#include "mask.h"
#include "unit.h"

#include <inttypes.h>
#include <stdlib.h>

#define RECORD                                                                                     \
    "{\"description\":\"token\",\"token_limit\":4800,\"token_use_today\":0,"                       \
    "\"available_consumition_options\":4800,\"hours_to_restart_count\":15}"
#define ANSWER                                                                                     \
    "{\"code\":\"200\",\"error\":\"null\",\"msg\":\"1 records were are found\",\"data\":" RECORD "}"
#define EXCEEDED "{\"code\":\"403\",\"error\":\"FORBIDDEN\",\"msg\":\"TOKEN LIMIT EXCEEDED\"}"
#define REFUSED(code, error, msg) "{\"code\":" code ",\"error\":" error ",\"msg\":" msg "}"
/* With figures that can be used. */
#define FULL(code, error, msg)                                                                     \
    "{\"code\":" code ",\"error\":" error ",\"msg\":" msg ",\"data\":" RECORD "}"

static const char *const kinds[] = {"TOKEN",        "LIMIT_EXCEEDED", "TOKEN_REFUSED", "BUSY",
                                    "WRONG_METHOD", "REFUSED",        "NOT_UNDERSTOOD"};

static struct libjson load_json(void) {
    struct libjson json;
    struct error error;

    if (libjson_load(&json, &error) != 0)
        fail_msg("%s", error.text);
    return json;
}

static struct token_info decode(const char *body, size_t length, long status, const char *damage,
                                const char *secret) {
    const struct token_answer answer = {
        .status = status, .body = body, .length = length, .damage = damage};
    const struct libjson json = load_json();
    struct token_info info;

    mask_register(secret);
    assert_int_equal(token_info_decode(&json, &answer, false, &info), 0);
    return info;
}

static void the_documented_answer_is_understood(void **context) {
    struct token_info info = decode(UNIT_BYTES(ANSWER), 200, NULL, "s3cr3t");

    (void)context;
    assert_int_equal(info.kind, REPLY_TOKEN);
    assert_int_equal(info.status, 200);
    assert_true(info.available.is_known && info.available.value == 4800);
    assert_true(info.limit.is_known && info.limit.value == 4800);
    assert_true(info.used.is_known && info.used.value == 0);
    assert_true(info.hours.is_known && info.hours.value == 15);
    assert_string_equal(info.description.text, "token");
    assert_string_equal(info.message.text, "1 records were are found");
    assert_string_equal(info.code.text, "");
    assert_string_equal(info.error.text, "");
    assert_string_equal(info.unusable, "");
    assert_null(info.fields);
    token_info_free(&info);
}

/* ---- Which kind of answer ---- */

static const struct {
    long status;
    const char *body;
    size_t length;
    enum reply_kind kind;
} kind_cases[] = {
    {200, UNIT_BYTES(ANSWER), REPLY_TOKEN},
    {200, UNIT_BYTES("\xEF\xBB\xBF" ANSWER), REPLY_TOKEN},
    {200, UNIT_BYTES(" \r\n\t" ANSWER "\r\n \t"), REPLY_TOKEN},
    {200, UNIT_BYTES("\xEF\xBB\xBF\n" ANSWER "\n"), REPLY_TOKEN},
    {200, UNIT_BYTES("{\"data\":" RECORD "}"), REPLY_TOKEN},
    {200, UNIT_BYTES("{\"data\":[" RECORD "]}"), REPLY_TOKEN},
    {200, UNIT_BYTES("{\"data\":{\"available_consumition_options\":1}}"), REPLY_TOKEN},
    {200, UNIT_BYTES("{\"data\":{\"available_consumption_options\":1}}"), REPLY_TOKEN},
    {200, UNIT_BYTES("{\"data\":{\"available_consumition_options\":-1}}"), REPLY_TOKEN},
    {200, UNIT_BYTES("{\"more\":[[[[{\"x\":[1,2]}]]]],\"data\":" RECORD "}"), REPLY_TOKEN},
    {200, UNIT_BYTES("{\"msg\":null,\"data\":" RECORD "}"), REPLY_TOKEN},

    /* not understood: not the documented shape */
    {200, UNIT_BYTES(""), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(" "), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("\xEF\xBB\xBF"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("\xEF\xBB"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("\xEF\xBB\xBF\xEF\xBB\xBF" ANSWER), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("x"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("<html>OK</html>"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("null"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("true"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("200"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("\"text\""), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("[]"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("[" ANSWER "]"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(RECORD), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"code\":\"200\"}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":null}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":{}}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":[]}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":[" RECORD "," RECORD "]}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":[[" RECORD "]]}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":[null]}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":[1]}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":\"text\"}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":1}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":false}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"Data\":" RECORD "}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":{\"token_limit\":4800}}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":{\"available_consumition_options\":null}}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":{\"AVAILABLE_CONSUMITION_OPTIONS\":1}}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(ANSWER "x"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(ANSWER ANSWER), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(ANSWER " {}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(ANSWER "}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(ANSWER ","), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(ANSWER "\0"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(ANSWER "\0x"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("\0" ANSWER), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"msg\":\"a\0b\",\"data\":" RECORD "}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":" RECORD), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":{\"available_consumition_options\":1"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":" RECORD ",}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{data:" RECORD "}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("/**/" ANSWER), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(ANSWER "// x"), REPLY_NOT_UNDERSTOOD},

    /* refused: a code other than 200, an error, a status other than 200 */
    {200, UNIT_BYTES(REFUSED("\"403\"", "\"FORBIDDEN\"", "\"PLEASE VALIDATE TOKEN\"")),
     REPLY_TOKEN_REFUSED},
    {403, UNIT_BYTES(REFUSED("\"403\"", "\"FORBIDDEN\"", "\"PLEASE VALIDATE TOKEN\"")),
     REPLY_TOKEN_REFUSED},
    {401, UNIT_BYTES(REFUSED("\"401\"", "\"UNAUTHORIZED\"", "\"PLEASE ENTER THE WOLKVOX-TOKEN\"")),
     REPLY_TOKEN_REFUSED},
    {200, UNIT_BYTES(FULL("\"500\"", "null", "\"\"")), REPLY_REFUSED},
    {200, UNIT_BYTES(FULL("404", "null", "\"\"")), REPLY_REFUSED},
    {200, UNIT_BYTES(FULL("\"200\"", "\"SOMETHING\"", "\"\"")), REPLY_REFUSED},
    {201, UNIT_BYTES(ANSWER), REPLY_REFUSED},
    {204, UNIT_BYTES(""), REPLY_REFUSED},
    {302, UNIT_BYTES(""), REPLY_REFUSED},
    {302, UNIT_BYTES(ANSWER), REPLY_REFUSED},
    {400, UNIT_BYTES(ANSWER), REPLY_REFUSED},
    {403, UNIT_BYTES("<html>Forbidden</html>"), REPLY_REFUSED},
    {404, UNIT_BYTES(""), REPLY_REFUSED},
    {500, UNIT_BYTES("{}"), REPLY_REFUSED},
    {500, UNIT_BYTES("\0\0"), REPLY_REFUSED},
    {502, UNIT_BYTES("{\"code\":true}"), REPLY_REFUSED},
    {503, UNIT_BYTES("null"), REPLY_REFUSED},

    /* the limit is exceeded, in msg or error */
    {403, UNIT_BYTES(EXCEEDED), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(EXCEEDED), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES("\xEF\xBB\xBF" EXCEEDED), REPLY_LIMIT_EXCEEDED},
    {429, UNIT_BYTES(EXCEEDED), REPLY_LIMIT_EXCEEDED},
    {405, UNIT_BYTES(EXCEEDED), REPLY_LIMIT_EXCEEDED},
    {501, UNIT_BYTES(EXCEEDED), REPLY_LIMIT_EXCEEDED},
    {302, UNIT_BYTES(EXCEEDED), REPLY_LIMIT_EXCEEDED},
    {500, UNIT_BYTES(EXCEEDED), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(REFUSED("\"429\"", "\"\"", "\"token limit exceeded\"")), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(REFUSED("\"405\"", "\"\"", "\"token limit exceeded\"")), REPLY_LIMIT_EXCEEDED},
    {403, UNIT_BYTES(REFUSED("\"403\"", "\"Token Limit Exceeded\"", "\"\"")), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(REFUSED("\"200\"", "\"token  limit exceeded\"", "\"\"")),
     REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(FULL("\"200\"", "\"token limit exceeded\"", "\"\"")), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(FULL("\"403\"", "\"null\"", "\"token limit exceeded\"")),
     REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(REFUSED("\"403\"", "\"\"", "\"Sorry: token\\n\\tlimit \\r exceeded!\"")),
     REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(REFUSED("\"200\"", "\"null\"", "\"TOKEN LIMIT EXCEEDED\"")),
     REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES("{\"msg\":\"TOKEN LIMIT EXCEEDED\"}"), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES("{\"msg\":\"TOKEN LIMIT EXCEEDED\",\"data\":[]}"), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES("{\"msg\":\"TOKEN LIMIT EXCEEDED\",\"data\":{\"token_limit\":4800}}"),
     REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(REFUSED("\"403\"", "\"\"", "\"\\u0000token limit exceeded\"")),
     REPLY_LIMIT_EXCEEDED},
    {200,
     UNIT_BYTES(REFUSED("\"403\"", "\"\"",
                        "\"EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS, TOKEN LIMIT EXCEEDED\"")),
     REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(REFUSED("true", "null", "\"TOKEN LIMIT EXCEEDED\"")), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(REFUSED("null", "[]", "\"TOKEN LIMIT EXCEEDED\"")), REPLY_LIMIT_EXCEEDED},
    /* in a body that is no JSON, with a status other than 200 */
    {403, UNIT_BYTES("TOKEN LIMIT EXCEEDED"), REPLY_LIMIT_EXCEEDED},
    {403, UNIT_BYTES("<h1>Token\n  limit\texceeded</h1>"), REPLY_LIMIT_EXCEEDED},
    {429, UNIT_BYTES("TOKEN LIMIT EXCEEDED"), REPLY_LIMIT_EXCEEDED},
    {405, UNIT_BYTES("TOKEN LIMIT EXCEEDED"), REPLY_LIMIT_EXCEEDED},
    {302, UNIT_BYTES("TOKEN LIMIT EXCEEDED"), REPLY_LIMIT_EXCEEDED},
    {403, UNIT_BYTES("\0 TOKEN LIMIT EXCEEDED"), REPLY_LIMIT_EXCEEDED},
    {403, UNIT_BYTES(EXCEEDED "x"), REPLY_LIMIT_EXCEEDED},
    {403, UNIT_BYTES("TOKEN LIMIT EXCEEDED: SIMULTANEOUS REQUESTS"), REPLY_LIMIT_EXCEEDED},
    /* and nowhere else */
    {200, UNIT_BYTES("TOKEN LIMIT EXCEEDED"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("<h1>TOKEN LIMIT EXCEEDED</h1>"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("\"TOKEN LIMIT EXCEEDED\""), REPLY_NOT_UNDERSTOOD},
    {403, UNIT_BYTES("\"TOKEN LIMIT EXCEEDED\""), REPLY_REFUSED},
    {403, UNIT_BYTES("{\"detail\":\"TOKEN LIMIT EXCEEDED\"}"), REPLY_REFUSED},
    {403, UNIT_BYTES("{\"code\":\"TOKEN LIMIT EXCEEDED\"}"), REPLY_REFUSED},
    {403, UNIT_BYTES("{\"data\":{\"msg\":\"TOKEN LIMIT EXCEEDED\"}}"), REPLY_REFUSED},
    {403, UNIT_BYTES("{\"msg\":\"TOKEN LIMIT\"}"), REPLY_REFUSED},
    {403, UNIT_BYTES("{\"msg\":\"TOKENLIMITEXCEEDED\"}"), REPLY_REFUSED},
    /* not where the figures are there */
    {200, UNIT_BYTES(FULL("\"200\"", "\"null\"", "\"TOKEN LIMIT EXCEEDED\"")), REPLY_TOKEN},
    {200, UNIT_BYTES(FULL("200", "null", "\"simultaneous requests\"")), REPLY_TOKEN},
    {403, UNIT_BYTES(FULL("\"200\"", "\"null\"", "\"TOKEN LIMIT EXCEEDED\"")), REPLY_REFUSED},
    {200,
     UNIT_BYTES("{\"data\":{\"description\":\"TOKEN LIMIT EXCEEDED\","
                "\"available_consumition_options\":5}}"),
     REPLY_TOKEN},

    /* busy */
    {403,
     UNIT_BYTES(REFUSED("\"403\"", "\"FORBIDDEN\"",
                        "\"EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)\"")),
     REPLY_BUSY},
    {200,
     UNIT_BYTES(REFUSED("\"403\"", "\"FORBIDDEN\"",
                        "\"EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)\"")),
     REPLY_BUSY},
    {403, UNIT_BYTES(REFUSED("\"403\"", "\"simultaneous\\n requests\"", "\"\"")), REPLY_BUSY},
    {200, UNIT_BYTES(REFUSED("\"200\"", "null", "\"simultaneous requests\"")), REPLY_BUSY},
    {503, UNIT_BYTES("Too many simultaneous requests"), REPLY_BUSY},
    {405, UNIT_BYTES("Too many simultaneous requests"), REPLY_BUSY},
    {302, UNIT_BYTES("Too many simultaneous requests"), REPLY_BUSY},
    {200, UNIT_BYTES("Too many simultaneous requests"), REPLY_NOT_UNDERSTOOD},
    {429, UNIT_BYTES(""), REPLY_BUSY},
    {429, UNIT_BYTES("<html>"), REPLY_BUSY},
    {429, UNIT_BYTES("{}"), REPLY_BUSY},
    {429, UNIT_BYTES(ANSWER), REPLY_BUSY},
    {429, UNIT_BYTES("{\"code\":true}"), REPLY_BUSY},
    {200, UNIT_BYTES(REFUSED("429", "null", "\"\"")), REPLY_BUSY},
    {200, UNIT_BYTES(REFUSED("\"429\"", "\"X\"", "\"\"")), REPLY_BUSY},
    {200, UNIT_BYTES(FULL("\"429\"", "null", "\"\"")), REPLY_BUSY},
    {403, UNIT_BYTES(REFUSED("\"429\"", "null", "\"\"")), REPLY_BUSY},
    {403, UNIT_BYTES("{\"msg\":\"simultaneousrequests\"}"), REPLY_REFUSED},

    /* another method is wanted */
    {405, UNIT_BYTES(""), REPLY_WRONG_METHOD},
    {501, UNIT_BYTES(""), REPLY_WRONG_METHOD},
    {405, UNIT_BYTES("<html>"), REPLY_WRONG_METHOD},
    {405, UNIT_BYTES(REFUSED("\"405\"", "\"METHOD NOT ALLOWED\"", "\"\"")), REPLY_WRONG_METHOD},
    {200, UNIT_BYTES(REFUSED("\"405\"", "\"METHOD NOT ALLOWED\"", "\"\"")), REPLY_WRONG_METHOD},
    {200, UNIT_BYTES(REFUSED("405", "null", "\"\"")), REPLY_WRONG_METHOD},
    {200, UNIT_BYTES(REFUSED("\"501\"", "null", "\"\"")), REPLY_WRONG_METHOD},
    {200, UNIT_BYTES(REFUSED("501", "null", "\"\"")), REPLY_WRONG_METHOD},
    {400, UNIT_BYTES(REFUSED("\"405\"", "null", "\"\"")), REPLY_WRONG_METHOD},
    {403, UNIT_BYTES(REFUSED("\"501\"", "null", "\"\"")), REPLY_WRONG_METHOD},
    {200, UNIT_BYTES("405"), REPLY_NOT_UNDERSTOOD},
};

static void each_kind_of_answer_is_told(void **context) {
    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(kind_cases); i++) {
        struct token_info info =
            decode(kind_cases[i].body, kind_cases[i].length, kind_cases[i].status, NULL, "s3cr3t");
        unit_check(info.kind == kind_cases[i].kind, "HTTP %ld, %s is %s, not %s",
                   kind_cases[i].status, unit_show(kind_cases[i].body, kind_cases[i].length).text,
                   kinds[info.kind], kinds[kind_cases[i].kind]);
        unit_check(info.kind != REPLY_NOT_UNDERSTOOD ||
                       (info.reason != NULL && *info.reason != '\0'),
                   "HTTP %ld, %s: no reason", kind_cases[i].status,
                   unit_show(kind_cases[i].body, kind_cases[i].length).text);
        unit_check(info.kind != REPLY_TOKEN || info.available.is_known, "%s: no figure",
                   kind_cases[i].body);
        unit_check(info.status == kind_cases[i].status, "HTTP %ld", kind_cases[i].status);
        token_info_free(&info);
    }
    unit_end();
}

static void envelopes_are_judged_as_documented(void **context) {
    static const struct {
        const char *key;
        const char *json;
        enum reply_kind kind;
        const char *shown; /* of a code or error that counts */
    } cases[] = {
        {"code", "200", REPLY_TOKEN, ""},
        {"code", "\"200\"", REPLY_TOKEN, ""},
        {"code", "null", REPLY_TOKEN, ""},
        {"code", "\"\"", REPLY_TOKEN, ""},
        {"code", "true", REPLY_NOT_UNDERSTOOD, ""},
        {"code", "false", REPLY_NOT_UNDERSTOOD, ""},
        {"code", "[]", REPLY_NOT_UNDERSTOOD, ""},
        {"code", "[200]", REPLY_NOT_UNDERSTOOD, ""},
        {"code", "{}", REPLY_NOT_UNDERSTOOD, ""},
        {"code", "\"403\"", REPLY_REFUSED, "403"},
        {"code", "403", REPLY_REFUSED, "403"},
        {"code", "0", REPLY_REFUSED, "0"},
        {"code", "-200", REPLY_REFUSED, "-200"},
        {"code", "201", REPLY_REFUSED, "201"},
        {"code", "200.5", REPLY_REFUSED, "200.5"},
        {"code", "\"0200\"", REPLY_REFUSED, "0200"},
        {"code", "\"+200\"", REPLY_REFUSED, "+200"},
        {"code", "\"OK\"", REPLY_REFUSED, "OK"},
        {"code", "\"200 OK\"", REPLY_REFUSED, "200 OK"},
        {"code", "\"null\"", REPLY_REFUSED, "null"},
        {"code", "\"429\"", REPLY_BUSY, "429"},
        {"code", "429", REPLY_BUSY, "429"},
        {"code", "\"405\"", REPLY_WRONG_METHOD, "405"},
        {"code", "18446744073709551816", REPLY_REFUSED,
         "18446744073709551816"},                            /* 200 in 64 bits */
        {"code", "4294967496", REPLY_REFUSED, "4294967496"}, /* 200 in 32 bits */
        {"error", "\"null\"", REPLY_TOKEN, ""},
        {"error", "\"NULL\"", REPLY_TOKEN, ""},
        {"error", "\"Null\"", REPLY_TOKEN, ""},
        {"error", "null", REPLY_TOKEN, ""},
        {"error", "\"\"", REPLY_TOKEN, ""},
        {"error", "\"FORBIDDEN\"", REPLY_REFUSED, "FORBIDDEN"},
        {"error", "\"null.\"", REPLY_REFUSED, "null."},
        {"error", "\"nul\"", REPLY_REFUSED, "nul"},
        {"error", "\"none\"", REPLY_REFUSED, "none"},
        {"error", "\"false\"", REPLY_REFUSED, "false"},
        {"error", "\"0\"", REPLY_REFUSED, "0"},
        {"error", "\"null\\u0000x\"", REPLY_REFUSED, NULL},
        {"error", "\"\\u0000x\"", REPLY_REFUSED, NULL},
        {"error", "true", REPLY_NOT_UNDERSTOOD, ""},
        {"error", "false", REPLY_NOT_UNDERSTOOD, ""},
        {"error", "[]", REPLY_NOT_UNDERSTOOD, ""},
        {"error", "[\"null\"]", REPLY_NOT_UNDERSTOOD, ""},
        {"error", "{}", REPLY_NOT_UNDERSTOOD, ""},
        {"other", "true", REPLY_TOKEN, ""},
        {"Code", "403", REPLY_TOKEN, ""},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char body[512];
        snprintf(body, sizeof body, "{\"%s\":%s,\"data\":" RECORD "}", cases[i].key, cases[i].json);
        struct token_info info = decode(body, strlen(body), 200, NULL, "s3cr3t");
        const char *shown = cases[i].key[0] == 'c' ? info.code.text : info.error.text;
        unit_check(info.kind == cases[i].kind, "%s %s is %s", cases[i].key, cases[i].json,
                   kinds[info.kind]);
        unit_check(cases[i].shown == NULL || strcmp(shown, cases[i].shown) == 0, "%s %s shows '%s'",
                   cases[i].key, cases[i].json, shown);
        token_info_free(&info);
    }
    unit_end();
}

/* ---- Numbers ---- */

#define NOT INT64_MIN /* cannot be used */
#define BIG INT64_C(1000000000000)

static const struct {
    const char *json;
    int64_t value;
} number_cases[] = {
    {"0", 0},
    {"1", 1},
    {"4799", 4799},
    {"9999", 9999},
    {"10000", 10000},
    {"999999999999", BIG - 1},
    {"1000000000000", BIG},
    {"1000000000001", NOT},
    {"9223372036854775807", NOT},
    {"9223372036854775808", NOT},
    {"18446744073709551615", NOT},
    {"18446744073709551616", NOT},
    {"18446744073709551617", NOT},
    {"100000000000000000000000000000000000000000", NOT},
    {"-1", -1},
    {"-4799", -4799},
    {"-1000000000000", -BIG},
    {"-1000000000001", NOT},
    {"-9223372036854775808", NOT},
    {"-9223372036854775809", NOT},
    {"-99999999999999999999999999", NOT},
    {"-0", 0},
    {"4799.0", 4799},
    {"4799.000000000000000000000", 4799},
    {"4.799e3", 4799},
    {"4.799E+3", 4799},
    {"479900e-2", 4799},
    {"-5.0", -5},
    {"0.0", 0},
    {"0e5", 0},
    {"1e3", 1000},
    {"1e12", BIG},
    {"1e16", NOT},
    {"1e20", NOT},
    {"1e400", NOT},
    {"1e-400", NOT},
    {"1000000000000.0", BIG},
    {"1000000000001.0", NOT},
    {"9.007199254740993e15", NOT},
    {"0.99999999999999999999", NOT},
    {"4798.99999999999999999999", NOT},
    {"4799.00000000000000000001", NOT},
    {"4799.5", NOT},
    {"0.5", NOT},
    {"\"0\"", 0},
    {"\"4800\"", 4800},
    {"\"1000000000000\"", BIG},
    {"\"1000000000001\"", NOT},
    {"\"18446744073709551616\"", NOT},
    {"\"\"", NOT},
    {"\"00\"", NOT},
    {"\"04\"", NOT},
    {"\"+1\"", NOT},
    {"\"-1\"", NOT},
    {"\"-0\"", NOT},
    {"\" 1\"", NOT},
    {"\"1 \"", NOT},
    {"\"1\\n\"", NOT},
    {"\"1\\u0000\"", NOT},
    {"\"1\\u00002\"", NOT},
    {"\"1.0\"", NOT},
    {"\"1e3\"", NOT},
    {"\"0x10\"", NOT},
    {"\"12abc\"", NOT},
    {"\"1,000\"", NOT},
    {"\"null\"", NOT},
    {"\"NaN\"", NOT},
    {"true", NOT},
    {"false", NOT},
    {"[]", NOT},
    {"[1]", NOT},
    {"{}", NOT},
    {"{\"value\":1}", NOT},
    /* an escape stands for a character */
    {"\"\\u0031\"", 1},
};

static void calls_left_are_usable_numbers(void **context) {
    static const char *const keys[] = {"available_consumition_options",
                                       "available_consumption_options"};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(number_cases) * 2; i++) {
        const char *key = keys[i % 2];
        const char *json = number_cases[i / 2].json;
        int64_t value = number_cases[i / 2].value;
        char body[512];
        snprintf(body, sizeof body, "{\"data\":{\"%s\":%s}}", key, json);
        struct token_info info = decode(body, strlen(body), 200, NULL, NULL);
        unit_check(info.kind == (value == NOT ? REPLY_NOT_UNDERSTOOD : REPLY_TOKEN), "%s: %s is %s",
                   key, json, kinds[info.kind]);
        unit_check(value == NOT || (info.available.is_known && info.available.value == value),
                   "%s: %s is %" PRId64, key, json, info.available.value);
        unit_check(value != NOT || !info.available.is_known, "%s: %s is known", key, json);
        token_info_free(&info);
    }
    unit_end();
}

static void other_fields_are_usable_numbers_from_0_or_absent(void **context) {
    static const char *const keys[] = {"token_limit", "token_use_today", "hours_to_restart_count"};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(number_cases) * UNIT_COUNT(keys); i++) {
        const char *key = keys[i % UNIT_COUNT(keys)];
        const char *json = number_cases[i / UNIT_COUNT(keys)].json;
        int64_t value = number_cases[i / UNIT_COUNT(keys)].value;
        int64_t max = i % UNIT_COUNT(keys) == 2 ? 9999 : BIG;
        bool usable = value >= 0 && value <= max;
        char body[512];
        snprintf(body, sizeof body, "{\"data\":{\"available_consumition_options\":7,\"%s\":%s}}",
                 key, json);
        struct token_info info = decode(body, strlen(body), 200, NULL, NULL);
        const struct optional_count *counts[] = {&info.limit, &info.used, &info.hours};
        const struct optional_count *count = counts[i % UNIT_COUNT(keys)];
        unit_check(info.kind == REPLY_TOKEN && info.available.value == 7, "%s: %s is %s", key, json,
                   kinds[info.kind]);
        unit_check(count->is_known == usable && (!usable || count->value == value),
                   "%s: %s is known %d, %" PRId64, key, json, count->is_known, count->value);
        unit_check(strcmp(info.unusable, usable ? "" : key) == 0, "%s: %s: unusable '%s'", key,
                   json, info.unusable);
        token_info_free(&info);
    }
    unit_end();
}

static void absent_fields_are_absent(void **context) {
    static const struct {
        const char *record;
        const char *unusable;
        bool limit;
        bool used;
        bool hours;
        const char *description;
        int64_t available; /* NOT: not understood */
    } cases[] = {
        {"\"available_consumition_options\":7", "", false, false, false, "", 7},
        {"\"available_consumition_options\":7,\"token_limit\":null,\"token_use_today\":null,"
         "\"hours_to_restart_count\":null,\"description\":null",
         "", false, false, false, "", 7},
        {"\"available_consumition_options\":7,\"token_limit\":0,\"token_use_today\":\"0\","
         "\"hours_to_restart_count\":0,\"description\":\"\"",
         "", true, true, true, "", 7},
        {"\"available_consumition_options\":7,\"description\":5", "description", false, false,
         false, "", 7},
        {"\"available_consumition_options\":7,\"description\":true", "description", false, false,
         false, "", 7},
        {"\"available_consumition_options\":7,\"description\":[\"x\"]", "description", false, false,
         false, "", 7},
        {"\"available_consumition_options\":7,\"description\":{\"x\":1}", "description", false,
         false, false, "", 7},
        {"\"available_consumition_options\":7,\"description\":\" sales \\n crm \"", "", false,
         false, false, "sales   crm", 7},
        /* the documented spelling goes first */
        {"\"available_consumition_options\":7,\"available_consumption_options\":8", "", false,
         false, false, "", 7},
        {"\"available_consumption_options\":8,\"available_consumition_options\":7", "", false,
         false, false, "", 7},
        {"\"available_consumption_options\":8", "", false, false, false, "", 8},
        {"\"available_consumption_options\":\"8\"", "", false, false, false, "", 8},
        {"\"available_consumption_options\":-8", "", false, false, false, "", -8},
        {"\"available_consumition_options\":null,\"available_consumption_options\":8", "", false,
         false, false, "", 8},
        /* it is there, and cannot be used */
        {"\"available_consumition_options\":\"x\",\"available_consumption_options\":8", "", false,
         false, false, "", NOT},
        {"\"available_consumition_options\":1.5,\"available_consumption_options\":8", "", false,
         false, false, "", NOT},
        {"\"available_consumption_options\":null", "", false, false, false, "", NOT},
        {"\"available\":8", "", false, false, false, "", NOT},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char body[512];
        snprintf(body, sizeof body, "{\"data\":{%s}}", cases[i].record);
        struct token_info info = decode(body, strlen(body), 200, NULL, "s3cr3t");
        unit_check(info.kind == (cases[i].available == NOT ? REPLY_NOT_UNDERSTOOD : REPLY_TOKEN),
                   "%s is %s", body, kinds[info.kind]);
        unit_check(cases[i].available == NOT || info.available.value == cases[i].available,
                   "%s: %" PRId64 " left", body, info.available.value);
        unit_check(info.limit.is_known == cases[i].limit && info.used.is_known == cases[i].used &&
                       info.hours.is_known == cases[i].hours,
                   "%s: known %d %d %d", body, info.limit.is_known, info.used.is_known,
                   info.hours.is_known);
        unit_check(strcmp(info.description.text, cases[i].description) == 0, "%s: '%s'", body,
                   info.description.text);
        unit_check(strcmp(info.unusable, cases[i].unusable) == 0, "%s: unusable '%s'", body,
                   info.unusable);
        token_info_free(&info);
    }
    unit_end();
}

static void all_unusable_fields_are_named(void **context) {
    static const char body[] =
        "{\"data\":{\"available_consumition_options\":7,\"token_limit\":-1,\"token_use_today\":1.5,"
        "\"hours_to_restart_count\":10000,\"description\":7}}";
    static const char *const keys[] = {"token_limit", "token_use_today", "hours_to_restart_count",
                                       "description"};
    struct token_info info = decode(UNIT_BYTES(body), 200, NULL, NULL);

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(keys); i++)
        unit_check(strstr(info.unusable, keys[i]) != NULL, "%s in '%s'", keys[i], info.unusable);
    token_info_free(&info);
    unit_end();
}

/* ---- Texts ---- */

static void texts_are_masked_cleaned_and_cut(void **context) {
    static const struct {
        const char *json; /* of a string, without its quotes */
        const char *expected;
    } cases[] = {
        {"plain", "plain"},
        {"ni\xC3\xB1o", "ni\xC3\xB1o"},
        {"ni\\u00f1o", "ni\xC3\xB1o"},
        {"\\ud83d\\ude00", "\xF0\x9F\x98\x80"},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"a|b", "a?b"},
        {"<b>", "?b?"},
        {"a\\\\nb", "a?nb"},
        {"a\\nb", "a b"},
        {"a\\u202eb", "a?b"},
        {"a\\u2028b", "a b"},
        {"a\\u0000b", "a?b"},
        {"a\\u0007b", "a?b"},
        {"it is s3cr3t, so", "it is ***, so"},
        {"s3cr3t", "***"},
        {"s3c\\nr3t", "***"},
        {"\\u0073\\u0033\\u0063\\u0072\\u0033\\u0074", "***"},
        {"%733cr3t", "***"},
        {"s3c\\u0000r3t", "***"},
    };
    static const char *const bodies[] = {
        "{\"code\":\"%s\"}", "{\"error\":\"%s\"}", "{\"msg\":\"%s\"}",
        "{\"data\":{\"description\":\"%s\",\"available_consumition_options\":1}}"};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases) * UNIT_COUNT(bodies); i++) {
        const char *pattern = bodies[i % UNIT_COUNT(bodies)];
        const char *json = cases[i / UNIT_COUNT(bodies)].json;
        const char *expected = cases[i / UNIT_COUNT(bodies)].expected;
        size_t before = strcspn(pattern, "%");
        char body[512];
        snprintf(body, sizeof body, "%.*s%s%s", (int)before, pattern, json, pattern + before + 2);
        struct token_info info = decode(body, strlen(body), 200, NULL, "s3cr3t");
        const char *texts[] = {info.code.text, info.error.text, info.message.text,
                               info.description.text};
        unit_check(strcmp(texts[i % UNIT_COUNT(bodies)], expected) == 0, "%s became '%s'",
                   unit_show_text(body).text, unit_show_text(texts[i % UNIT_COUNT(bodies)]).text);
        token_info_free(&info);
    }
    unit_end();
}

static void broken_utf8_is_cleaned_not_refused(void **context) {
    static const char *const cases[] = {"\xFF",     "\xC3",    "\xE2\x82", "\xED\xA0\x80",
                                        "\xC0\xAF", "\\ud83d", "\\ude00",  "\xF4\x90\x80\x80"};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char body[512];
        snprintf(body, sizeof body,
                 "{\"data\":{\"description\":\"a%sz\",\"available_consumition_options\":1}}",
                 cases[i]);
        struct token_info info = decode(body, strlen(body), 200, NULL, NULL);
        size_t length = strlen(info.description.text);
        unit_check(info.kind == REPLY_TOKEN, "%s is %s", unit_show_text(body).text,
                   kinds[info.kind]);
        unit_check(length > 2 && info.description.text[0] == 'a' &&
                       info.description.text[length - 1] == 'z',
                   "%s became %s", unit_show_text(body).text,
                   unit_show_text(info.description.text).text);
        token_info_free(&info);
    }
    unit_end();
}

static void long_texts_are_cut_to_120_characters(void **context) {
    for (size_t length = 119; length <= 122; length++) {
        char body[2048];
        char text[512] = "";
        char expected[512] = "";
        for (size_t i = 0; i < length; i++)
            strcat(text, "\xC3\xB1");
        for (size_t i = 0; i < (length <= 120 ? length : 119); i++)
            strcat(expected, "\xC3\xB1");
        strcat(expected, length <= 120 ? "" : "\xE2\x80\xA6");
        snprintf(body, sizeof body, "{\"msg\":\"%s\",\"data\":{\"description\":\"%s\"}}", text,
                 text);
        struct token_info info = decode(body, strlen(body), 200, NULL, NULL);
        unit_check(strcmp(info.message.text, expected) == 0, "msg of %zu", length);
        unit_check(strcmp(info.description.text, expected) == 0, "description of %zu", length);
        token_info_free(&info);
    }
    (void)context;
    unit_end();
}

/* ---- Hostile bodies ---- */

static void damaged_bodies_are_not_looked_into(void **context) {
    static const struct {
        long status;
        enum reply_kind kind;
    } cases[] = {{200, REPLY_NOT_UNDERSTOOD}, {403, REPLY_REFUSED},      {302, REPLY_REFUSED},
                 {429, REPLY_BUSY},           {405, REPLY_WRONG_METHOD}, {501, REPLY_WRONG_METHOD}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info =
            decode(UNIT_BYTES(ANSWER), cases[i].status, "it is too large", NULL);
        unit_check(info.kind == cases[i].kind, "HTTP %ld is %s", cases[i].status, kinds[info.kind]);
        unit_check(info.kind != REPLY_NOT_UNDERSTOOD || strcmp(info.reason, "it is too large") == 0,
                   "reason '%s'", info.reason);
        unit_check(!info.available.is_known && !info.limit.is_known, "HTTP %ld has figures",
                   cases[i].status);
        token_info_free(&info);
    }
    unit_end();
}

static void deep_nesting_does_no_harm(void **context) {
    static const size_t depths[] = {1, 10, 25, 100, 1000, 30000};
    static char body[64 * 1024 + 1];

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(depths); i++) {
        char *end = body + sprintf(body, "{\"x\":");
        memset(end, '[', depths[i]);
        memset(end + depths[i], ']', depths[i]);
        strcpy(end + 2 * depths[i], ",\"data\":" RECORD "}");
        struct token_info info = decode(body, strlen(body), 200, NULL, NULL);
        unit_check(info.kind == (depths[i] <= 25 ? REPLY_TOKEN : REPLY_NOT_UNDERSTOOD),
                   "%zu deep is %s", depths[i], kinds[info.kind]);
        token_info_free(&info);
        memset(body, '{', sizeof body - 1);
        body[sizeof body - 1] = '\0';
        info = decode(body, strlen(body), 200, NULL, NULL);
        unit_check(info.kind == REPLY_NOT_UNDERSTOOD, "nothing but braces");
        token_info_free(&info);
    }
    unit_end();
}

static void every_beginning_of_an_answer_is_not_understood(void **context) {
    static const char answer[] = ANSWER;

    (void)context;
    for (size_t length = 0; length < sizeof answer - 1; length++) {
        char *body = malloc(length + 1); /* so that a sanitizer sees what is read beyond */
        assert_non_null(body);
        memcpy(body, answer, length);
        body[length] = '\0';
        struct token_info info = decode(body, length, 200, NULL, "s3cr3t");
        unit_check(info.kind == REPLY_NOT_UNDERSTOOD, "%zu bytes are %s", length, kinds[info.kind]);
        token_info_free(&info);
        free(body);
    }
    unit_end();
}

static void changed_answers_never_do_harm(void **context) {
    const struct libjson json = load_json();
    uint64_t seed = 4711;

    (void)context;
    for (int round = 0; round < 20000; round++) {
        char body[] = FULL("\"200\"", "\"null\"", "\"s3cr3t\"");
        for (uint64_t changes = 1 + unit_random(&seed) % 3; changes > 0; changes--)
            body[(unit_random(&seed) >> 8) % (sizeof body - 1)] = (char)(unit_random(&seed) >> 8);
        const struct token_answer answer = {200, body, sizeof body - 1, NULL};
        struct token_info info;
        mask_register("s3cr3t");
        assert_int_equal(token_info_decode(&json, &answer, true, &info), 0);
        unit_check((info.kind == REPLY_TOKEN) <= info.available.is_known, "%s",
                   unit_show_text(body).text);
        unit_check(strstr(info.message.text, "s3cr3t") == NULL &&
                       (info.fields == NULL || strstr(info.fields, "s3cr3t") == NULL),
                   "%s", unit_show_text(body).text);
        token_info_free(&info);
    }
    unit_end();
}

/* ---- Fields for the user ---- */

static void fields_are_listed_a_line_each(void **context) {
    static const struct {
        long status;
        const char *body;
        const char *lines[8];
        size_t count;
    } cases[] = {
        {200,
         ANSWER,
         {"code: 200\n", "error: null\n", "msg: 1 records were are found\n", "description: token\n",
          "token_limit: 4800\n", "token_use_today: 0\n", "available_consumition_options: 4800\n",
          "hours_to_restart_count: 15\n"},
         8},
        {403, EXCEEDED, {"code: 403\n", "error: FORBIDDEN\n", "msg: TOKEN LIMIT EXCEEDED\n"}, 3},
        {200, "{\"data\":[{\"x\":1,\"y\":null}]}", {"x: 1\n", "y: null\n"}, 2},
        {200, "{\"s3cr3t\":\"s3c\\nr3t\"}", {"***: ***\n"}, 1},
        {200, "{\"a\\nb|\":\"c\\nd|\"}", {"a b?: c d?\n"}, 1},
        {200,
         "{\"a\":123456789012345678901,\"b\":-18446744073709551615}",
         {"a: 123456789012345678901\n", "b: -18446744073709551615\n"},
         2},
        {200,
         "{\"a\":1234567890123456789012e5,\"b\":0.12345678901234567890123}",
         {"a: 1234567890123456789012e5\n", "b: 0.12345678901234567890123\n"},
         2},
        {200,
         "{\"a\":\"\\\\\",\"b\":\"\\\",12345678901234567890\",\"c\":12345678901234567890}",
         {"a: ?\n", "b: \",12345678901234567890\n", "c: 12345678901234567890\n"},
         3},
        {200, "{}", {""}, 0},
    };

    const struct libjson json = load_json();

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct token_answer answer = {cases[i].status, cases[i].body, strlen(cases[i].body),
                                            NULL};
        struct token_info info;
        size_t lines = 0;
        mask_register("s3cr3t");
        assert_int_equal(token_info_decode(&json, &answer, true, &info), 0);
        assert_non_null(info.fields);
        for (const char *c = info.fields; *c != '\0'; c++)
            lines += *c == '\n';
        unit_check(lines == cases[i].count, "%s: %zu lines", cases[i].body, lines);
        for (size_t k = 0; k < cases[i].count; k++)
            unit_check(strstr(info.fields, cases[i].lines[k]) != NULL, "%s lacks %s in %s",
                       cases[i].body, cases[i].lines[k], info.fields);
        token_info_free(&info);
    }
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_documented_answer_is_understood),
    cmocka_unit_test(each_kind_of_answer_is_told),
    cmocka_unit_test(envelopes_are_judged_as_documented),
    cmocka_unit_test(calls_left_are_usable_numbers),
    cmocka_unit_test(other_fields_are_usable_numbers_from_0_or_absent),
    cmocka_unit_test(absent_fields_are_absent),
    cmocka_unit_test(all_unusable_fields_are_named),
    cmocka_unit_test(texts_are_masked_cleaned_and_cut),
    cmocka_unit_test(broken_utf8_is_cleaned_not_refused),
    cmocka_unit_test(long_texts_are_cut_to_120_characters),
    cmocka_unit_test(damaged_bodies_are_not_looked_into),
    cmocka_unit_test(deep_nesting_does_no_harm),
    cmocka_unit_test(every_beginning_of_an_answer_is_not_understood),
    cmocka_unit_test(changed_answers_never_do_harm),
    cmocka_unit_test(fields_are_listed_a_line_each),
};

UNIT_MAIN(tests)
