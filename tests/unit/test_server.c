/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/server.h"
#include "unit.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NAME_253                                                                                   \
    LABEL_63 "." LABEL_63 "." LABEL_63 "."                                                         \
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com"

/* Manual, SERVER. */

UNIT_TEST(servers_are_read_as_documented) {
    static const struct {
        const char *text;
        const char *expected; /* the host, or where it is not https on port 443 the URL */
    } cases[] = {
        /* as they stand */
        {"crm0001.wolkvox.com", "crm0001.wolkvox.com"},
        {"crm0001.wolkvox.com.", "crm0001.wolkvox.com"},
        {"sv0001.wolkvox.com", "sv0001.wolkvox.com"},
        {"sv.crmvox.com", "sv.crmvox.com"},
        {"sv0001.crmvox.com.example.org", "sv0001.crmvox.com.example.org"},
        {"0001.example.org", "0001.example.org"},
        {"LocalHost.", "localhost"},
        {"192.0.2.7", "192.0.2.7"},
        {NAME_253, NAME_253},
        {"::1", "::1"},
        {"[2001:DB8:0:0:0:0:0:7]", "2001:db8::7"},
        {"fe80::1:443", "fe80::1:443"},
        {"::ffff:192.0.2.7", "::ffff:192.0.2.7"},
        /* no dot */
        {"MyServer", "myserver.wolkvox.com"},
        {"crm01.", "crm01.wolkvox.com"},
        {"sv0001x", "sv0001x.wolkvox.com"},
        {LABEL_63, LABEL_63 ".wolkvox.com"},
        /* digits, and the old names */
        {"0001", "crm0001.wolkvox.com"},
        {"2130706433.", "crm2130706433.wolkvox.com"},
        {"sv7.", "crm7.wolkvox.com"},
        {"SV0001.CrmVox.com.", "crm0001.wolkvox.com"},
        /* URLs */
        {"HTTPS://CRM0001.wolkvox.com/", "crm0001.wolkvox.com"},
        {"https://crm0001.wolkvox.com.:65535/x", "https://crm0001.wolkvox.com:65535"},
        {"https://crm0001.wolkvox.com/x@y:z?a=b#c", "crm0001.wolkvox.com"},
        {"https://0001:1/x", "https://crm0001.wolkvox.com:1"},
        {"https://[2001:db8::7]:8443/x", "https://2001:db8::7:8443"},
        {"http://LOCALHOST.:8080/x", "http://localhost:8080"},
        {"HTTP://127.255.255.254/", "http://127.255.255.254:80"},
        {"http://[0:0:0:0:0:0:0:1]:8080/x", "http://::1:8080"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char shown[HOST_MAX + 32] = "refused";
        struct server server;
        const char *reason;
        bool has_dot =
            strstr(cases[i].text, ".:") != NULL || cases[i].text[strlen(cases[i].text) - 1] == '.';
        if (server_parse(cases[i].text, &server, &reason) == 0 &&
            server_complete(&server, &apis[API_CRM]) == 0) {
            bool is_usual = server.port == 443 && !server.plain_http;
            snprintf(shown, sizeof shown, "%s://%s:%d", server.plain_http ? "http" : "https",
                     server.host, server.port);
            if (is_usual)
                snprintf(shown, sizeof shown, "%s", server.host);
        }
        unit_check(strcmp(shown, cases[i].expected) == 0, "'%s' is %s", cases[i].text, shown);
        unit_check(server.is_ipv6 == (strchr(server.host, ':') != NULL) &&
                       server.is_absolute == has_dot,
                   "'%s': IPv6 %d, absolute %d", cases[i].text, server.is_ipv6, server.is_absolute);
    }
}

UNIT_TEST(the_name_says_which_api_it_is) {
    static const struct {
        const char *text;
        int owner; /* -1: it does not say */
        const char *as_crm;
        const char *as_manager;
    } cases[] = {
        {"wv0010", API_MANAGER, NULL, "wv0010.wolkvox.com"},
        {"WV1.", API_MANAGER, NULL, "wv1.wolkvox.com"},
        {"https://wv0010.wolkvox.com:8443/x", API_MANAGER, NULL, "wv0010.wolkvox.com"},
        {"crm0001", API_CRM, "crm0001.wolkvox.com", NULL},
        {"https://crm0001.wolkvox.com", API_CRM, "crm0001.wolkvox.com", NULL},
        {"sv0001.crmvox.com", API_CRM, "crm0001.wolkvox.com", NULL},
        {"0010", -1, "crm0010.wolkvox.com", "wv0010.wolkvox.com"},
        {"crm", -1, "crm.wolkvox.com", "crm.wolkvox.com"},
        {"wv0010x", -1, "wv0010x.wolkvox.com", "wv0010x.wolkvox.com"},
        {"wv0010.example.org", -1, "wv0010.example.org", "wv0010.example.org"},
        {"crm0001.crmvox.com", -1, "crm0001.crmvox.com", "crm0001.crmvox.com"},
        {"manager1", -1, "manager1.wolkvox.com", "manager1.wolkvox.com"},
        {"::1", -1, "::1", "::1"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const char *const hosts[API_COUNT] = {cases[i].as_crm, cases[i].as_manager};
        const struct api *owner = cases[i].owner >= 0 ? &apis[cases[i].owner] : NULL;
        struct server server;
        const char *reason = "";
        assert_int_equal(server_parse(cases[i].text, &server, &reason), 0);
        unit_check(server_owner(&server) == owner, "'%s' is another one's", cases[i].text);
        for (size_t api = 0; api < API_COUNT; api++) {
            struct server complete = server;
            unit_check(hosts[api] == NULL || (server_complete(&complete, &apis[api]) == 0 &&
                                              strcmp(complete.host, hosts[api]) == 0),
                       "'%s' is %s", cases[i].text, complete.host);
        }
    }
}

UNIT_TEST(other_servers_are_refused) {
    /* clang-format off */
    static const char *const cases[] = {
        /* no name of a host */
        "", " ", ".", "..", "crm0001..", "crm0001..wolkvox.com", ".wolkvox.com", " crm0001",
        "crm 0001", "crm0001\n", "crm0001\r\nX: y", "crm\x7F", "crm\xC3\xA9", "-crm",
        "crm-.example.org", "crm|x", "crm%2ex.org", "crm\\x", "crm;x", "*.wolkvox.com", "$(id)",
        "crm?x=y.z", "crm#x.y", LABEL_63 "a", LABEL_63 "a.wolkvox.com", ("a" NAME_253),
        ("sv" LABEL_63), "0000000000000000000000000000000000000000000000000000000000000001",
        /* addresses */
        "[::1", "::1]", "[::1]]", "[[::1]]", "[]", "[127.0.0.1]", ":::", "1::2::3", "12345::1",
        "127.1", "0x7f.1",
        /* a port, a path or a user without a scheme; a user with one */
        "crm0001:443", "127.0.0.1:80", "[::1]:443", "crm0001:", "crm0001/", "crm0001/http://x",
        "//crm0001", "user@crm0001", "user:password@crm0001.wolkvox.com",
        "https://user@crm0001.wolkvox.com", "https://@crm0001.wolkvox.com/",
        "http://127.0.0.1:80@example.org/", "http://localhost\\@example.org/",
        /* other URLs */
        "https://", "https:///x", "https://:443/", "://crm0001", "https:/crm0001", "https:crm0001",
        "ftp://crm0001", "file:///x", "xhttps://crm0001", "https://crm0001:", "https://crm0001:0",
        "https://crm0001:65536", "https://crm0001:99999999999999999999", "https://crm0001:0443",
        "https://crm0001:+443", "https://crm0001:443x", "https://crm0001:443:443",
        "https://crm0001?x", "https://crm0001#x", "https://crm0001/a b", "https://crm0001/\n",
        "https://::1/", "https://[::1", "https://[::1]x", "https://[127.0.0.1]",
        /* in the clear */
        "http://crm0001", "http://sv0001.crmvox.com", "http://wv0010", "http://192.0.2.7",
        "http://126.255.255.255", "http://128.0.0.1", "http://0.0.0.0", "http://[::]",
        "http://[::2]", "http://localhost.example.org", "http://127.0.0.1.example.org",
        "http://127.1", "http://0x7f000001/", "http://2130706433/",
        /* where people log in */
        "manager", "Manager.", "manager.wolkvox.com", "https://Manager:8443/login"};
    /* clang-format on */

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct server server;
        const char *reason = NULL;
        int result = server_parse(cases[i], &server, &reason);
        unit_check(result != 0 || server_complete(&server, &apis[API_CRM]) != 0, "'%s' is taken",
                   unit_show_text(cases[i]).text);
        unit_check(result == 0 || (reason != NULL && *reason != '\0'), "'%s' has no reason",
                   unit_show_text(cases[i]).text);
    }
}

UNIT_TEST(a_refused_server_says_what_to_do) {
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"https://user:pw@crm0001.wolkvox.com/", "password"},
        {"user:pw@crm0001", "password"},
        {"crm0001:443", "--port"},
        {"crm0001/x", "https://"},
        {"http://crm0001", "clear"},
        {"https://crm0001:0", "1 to 65535"},
        {"crm 0001", "spaces"},
        {"ftp://crm0001", "https://"},
        {"manager", "log in and give the wvNNNN shown in the address bar"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct server server;
        const char *reason = "";
        assert_int_equal(server_parse(cases[i].text, &server, &reason), -1);
        unit_check(strstr(reason, cases[i].words) != NULL, "'%s': %s", cases[i].text, reason);
    }
}

UNIT_TEST(proxies_are_recognised) {
    /* clang-format off */
    static const char *const proxies[] = {
        "proxy.example.org", "proxy:3128", "[::1]:3128", "HTTP://proxy:3128/",
        "https://proxy.example.org:3128", "socks4a://proxy", "socks5h://proxy:1080/",
        "user:password@proxy:3128", "http://user@proxy", "http://user:p%40ss%2F@proxy",
        "http://user:%20~%7F@proxy"};
    static const char *const others[] = {
        "", "http://user:p@ss@proxy", "http://user:p#ss@proxy", "user:p?ss@proxy", "[::1@proxy",
        "ftp://proxy", "proxy:", "proxy:0", "proxy:65536", "proxy:x", "http://", "http:///",
        "http://:3128", "http://proxy/x", "http://proxy//", "pro xy", "proxy\n",
        "http://user:password@", "http://a/b@proxy", "http://user:%00@proxy",
        "user%1f:b@proxy"};
    /* clang-format on */

    for (size_t i = 0; i < UNIT_COUNT(proxies); i++)
        unit_check(server_is_proxy_url(proxies[i]), "'%s' is refused", proxies[i]);
    for (size_t i = 0; i < UNIT_COUNT(others); i++)
        unit_check(!server_is_proxy_url(others[i]), "'%s' is accepted",
                   unit_show_text(others[i]).text);
}
