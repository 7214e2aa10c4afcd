/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/server.h"
#include "unit.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void servers_are_read_as_documented(void **context) {
    static const struct {
        const char *text;
        const char *host;
        int port;
        bool plain_http;
        bool is_ipv6;
    } cases[] = {
        /* as they stand */
        {"crm0001.wolkvox.com", "crm0001.wolkvox.com", 443, false, false},
        {"CRM0001.Wolkvox.COM", "crm0001.wolkvox.com", 443, false, false},
        {"crm0001.wolkvox.com.", "crm0001.wolkvox.com", 443, false, false},
        {"crm.wolkvox.com", "crm.wolkvox.com", 443, false, false},
        {"proxy.example.org", "proxy.example.org", 443, false, false},
        {"sv0001.wolkvox.com", "sv0001.wolkvox.com", 443, false, false},
        {"crm0001.crmvox.com", "crm0001.crmvox.com", 443, false, false},
        {"sv.crmvox.com", "sv.crmvox.com", 443, false, false},
        {"svx1.crmvox.com", "svx1.crmvox.com", 443, false, false},
        {"sv0001.crmvox.com.example.org", "sv0001.crmvox.com.example.org", 443, false, false},
        {"www.sv0001.crmvox.com", "www.sv0001.crmvox.com", 443, false, false},
        {"0001.example.org", "0001.example.org", 443, false, false},
        {"localhost", "localhost", 443, false, false},
        {"LocalHost", "localhost", 443, false, false},
        {"localhost.", "localhost", 443, false, false},
        {"127.0.0.1", "127.0.0.1", 443, false, false},
        {"192.0.2.7", "192.0.2.7", 443, false, false},
        {"192.0.2.7.", "192.0.2.7", 443, false, false},
        {"::1", "::1", 443, false, true},
        {"[::1]", "::1", 443, false, true},
        {"2001:db8::7", "2001:db8::7", 443, false, true},
        {"[2001:DB8::7]", "2001:db8::7", 443, false, true},
        {"2001:DB8:0:0:0:0:0:7", "2001:db8::7", 443, false, true},
        {"fe80::1:443", "fe80::1:443", 443, false, true},
        {"::ffff:192.0.2.7", "::ffff:192.0.2.7", 443, false, true},
        /* no dot */
        {"crm0001", "crm0001.wolkvox.com", 443, false, false},
        {"crm", "crm.wolkvox.com", 443, false, false},
        {"MyServer", "myserver.wolkvox.com", 443, false, false},
        {"my-server", "my-server.wolkvox.com", 443, false, false},
        {"crm0001.", "crm0001.wolkvox.com", 443, false, false},
        {"crm01", "crm01.wolkvox.com", 443, false, false},
        {"sv", "sv.wolkvox.com", 443, false, false},
        {"svx1", "svx1.wolkvox.com", 443, false, false},
        {"sv0001x", "sv0001x.wolkvox.com", 443, false, false},
        {"xsv0001", "xsv0001.wolkvox.com", 443, false, false},
        {"0001x", "0001x.wolkvox.com", 443, false, false},
        {LABEL_63, LABEL_63 ".wolkvox.com", 443, false, false},
        /* digits */
        {"0001", "crm0001.wolkvox.com", 443, false, false},
        {"1", "crm1.wolkvox.com", 443, false, false},
        {"0010", "crm0010.wolkvox.com", 443, false, false},
        {"0001.", "crm0001.wolkvox.com", 443, false, false},
        {"65537", "crm65537.wolkvox.com", 443, false, false},
        {"2130706433", "crm2130706433.wolkvox.com", 443, false, false},
        /* the old name */
        {"sv0001", "crm0001.wolkvox.com", 443, false, false},
        {"SV0001", "crm0001.wolkvox.com", 443, false, false},
        {"sv0000", "crm0000.wolkvox.com", 443, false, false},
        {"sv7", "crm7.wolkvox.com", 443, false, false},
        {"sv0001.", "crm0001.wolkvox.com", 443, false, false},
        {"sv0001.crmvox.com", "crm0001.wolkvox.com", 443, false, false},
        {"SV0001.CrmVox.com.", "crm0001.wolkvox.com", 443, false, false},
        {"sv12345678.crmvox.com", "crm12345678.wolkvox.com", 443, false, false},
        /* URLs */
        {"https://crm0001.wolkvox.com", "crm0001.wolkvox.com", 443, false, false},
        {"https://crm0001.wolkvox.com/", "crm0001.wolkvox.com", 443, false, false},
        {"HTTPS://CRM0001.wolkvox.com/", "crm0001.wolkvox.com", 443, false, false},
        {"https://crm0001.wolkvox.com:8443", "crm0001.wolkvox.com", 8443, false, false},
        {"https://crm0001.wolkvox.com:1/", "crm0001.wolkvox.com", 1, false, false},
        {"https://crm0001.wolkvox.com:65535/x", "crm0001.wolkvox.com", 65535, false, false},
        {"https://crm0001.wolkvox.com./x", "crm0001.wolkvox.com", 443, false, false},
        {"https://crm0001.wolkvox.com.:444/x", "crm0001.wolkvox.com", 444, false, false},
        {"https://crm0001.wolkvox.com/login.php?a=b#c", "crm0001.wolkvox.com", 443, false, false},
        {"https://crm0001.wolkvox.com/x@y:z", "crm0001.wolkvox.com", 443, false, false},
        {"https://crm0001.wolkvox.com/http://x", "crm0001.wolkvox.com", 443, false, false},
        {"https://crm0001", "crm0001.wolkvox.com", 443, false, false},
        {"https://0001:8443/x", "crm0001.wolkvox.com", 8443, false, false},
        {"https://sv0001.crmvox.com/", "crm0001.wolkvox.com", 443, false, false},
        {"https://sv0001:8443", "crm0001.wolkvox.com", 8443, false, false},
        {"https://localhost:8443/", "localhost", 8443, false, false},
        {"https://127.0.0.1/", "127.0.0.1", 443, false, false},
        {"https://[::1]", "::1", 443, false, true},
        {"https://[2001:db8::7]:8443/x", "2001:db8::7", 8443, false, true},
        {"http://localhost", "localhost", 80, true, false},
        {"http://LOCALHOST.:8080/x", "localhost", 8080, true, false},
        {"http://127.0.0.1", "127.0.0.1", 80, true, false},
        {"http://127.0.0.1:8080/x", "127.0.0.1", 8080, true, false},
        {"HTTP://127.255.255.254/", "127.255.255.254", 80, true, false},
        {"http://127.1.2.3", "127.1.2.3", 80, true, false},
        {"http://[::1]", "::1", 80, true, true},
        {"http://[0:0:0:0:0:0:0:1]:8080/x", "::1", 8080, true, true},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct server server = {.port = -1};
        const char *reason = "";
        if (server_parse(cases[i].text, &server, &reason) != 0) {
            unit_check(false, "'%s' is refused: %s", cases[i].text, reason);
            continue;
        }
        unit_check(strcmp(server.host, cases[i].host) == 0 && server.port == cases[i].port &&
                       server.plain_http == cases[i].plain_http &&
                       server.is_ipv6 == cases[i].is_ipv6,
                   "'%s' is %s, port %d, plain %d, IPv6 %d", cases[i].text, server.host,
                   server.port, server.plain_http, server.is_ipv6);
    }
    unit_end();
}

static void other_servers_are_refused(void **context) {
    static const char *const cases[] = {
        "",
        " ",
        ".",
        "..",
        "crm0001..",
        "crm0001..wolkvox.com",
        ".wolkvox.com",
        " crm0001",
        "crm0001 ",
        "crm 0001",
        "crm0001\n",
        "crm0001\r\nX: y",
        "crm0001\t",
        "crm\x01",
        "crm\x7F",
        "crm\xC3\xA9",
        "crm0001:443",
        "crm0001.wolkvox.com:443",
        "127.0.0.1:80",
        "[::1]:443",
        "localhost:8443",
        "crm0001:",
        "crm0001/",
        "crm0001.wolkvox.com/x",
        "crm0001/http://x",
        "127.0.0.1/",
        "[::1]/",
        "/crm0001",
        "//crm0001",
        "user@crm0001",
        "user:password@crm0001.wolkvox.com",
        "https://user@crm0001.wolkvox.com",
        "https://user:password@crm0001.wolkvox.com/",
        "https://@crm0001.wolkvox.com/",
        "https://:@crm0001.wolkvox.com/",
        "http://127.0.0.1@example.org/",
        "http://127.0.0.1:80@example.org/",
        "http://localhost\\@example.org/",
        "https://",
        "https:///",
        "https:///x",
        "https://:443",
        "https://:443/",
        "://crm0001",
        "https:/crm0001",
        "https:crm0001",
        "https//crm0001",
        "ftp://crm0001.wolkvox.com",
        "file:///x",
        "httpss://crm0001",
        "xhttps://crm0001",
        "socks5://localhost",
        "https://crm0001:",
        "https://crm0001:/",
        "https://crm0001:0",
        "https://crm0001:65536",
        "https://crm0001:99999999999999999999",
        "https://crm0001:0443",
        "https://crm0001:+443",
        "https://crm0001:-1",
        "https://crm0001:443x",
        "https://crm0001:443:443",
        "https://crm0001:0x1bb",
        "https://crm0001: 443",
        "https://crm0001?x",
        "https://crm0001#x",
        "https://crm 0001/",
        "https://crm0001/a b",
        "https://crm0001/\n",
        "https://::1/",
        "https://[::1",
        "https://[::1]x",
        "https://[::1]443",
        "https://[]",
        "https://[127.0.0.1]",
        "https://[crm0001]",
        "[::1",
        "::1]",
        "[::1]]",
        "[[::1]]",
        "[]",
        "[",
        "]",
        "[crm0001]",
        "[127.0.0.1]",
        ":::",
        "1::2::3",
        "12345::1",
        "http://crm0001",
        "http://crm0001.wolkvox.com/",
        "http://0001",
        "http://sv0001.crmvox.com",
        "http://192.0.2.7",
        "http://126.255.255.255",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://10.127.0.1",
        "http://[::]",
        "http://[::2]",
        "http://[2001:db8::1]",
        "http://localhost.example.org",
        "http://localhostx",
        "http://127.0.0.1.example.org",
        "http://127.0.0.1.nip.example.org:80/",
        "-crm",
        "crm-.example.org",
        "crm|x",
        "crm%20x",
        "crm%2ex.org",
        "crm\\x",
        "crm;x",
        "crm,x",
        "crm*",
        "*.wolkvox.com",
        "$(id)",
        "crm?x=y.z",
        "crm#x.y",
        LABEL_63 "a",
        LABEL_63 "a.wolkvox.com",
        LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63 ".com",
        "sv000000000000000000000000000000000000000000000000000000000000000",
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct server server;
        const char *reason = NULL;
        int result = server_parse(cases[i], &server, &reason);
        unit_check(result == -1, "'%s' is taken", unit_show_text(cases[i]).text);
        unit_check(result != -1 || (reason != NULL && *reason != '\0'), "'%s' has no reason",
                   unit_show_text(cases[i]).text);
    }
    unit_end();
}

static void a_refused_server_says_why(void **context) {
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"https://user:pw@crm0001.wolkvox.com/", "password"},
        {"user:pw@crm0001", "password"},
        {"crm0001:443", "--port"},
        {"crm0001/x", "https://"},
        {"http://crm0001", "clear"},
        {"https://crm0001:0", "port"},
        {"crm 0001", "spaces"},
        {"ftp://crm0001", "https://"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct server server;
        const char *reason = "";
        assert_int_equal(server_parse(cases[i].text, &server, &reason), -1);
        unit_check(strstr(reason, cases[i].words) != NULL, "'%s': %s", cases[i].text, reason);
    }
    unit_end();
}

static void the_longest_name_fits(void **context) {
    static const char longest[] =
        LABEL_63 "." LABEL_63 "." LABEL_63 "."
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                 ".com";
    struct server server;
    const char *reason;

    (void)context;
    assert_int_equal(strlen(longest), HOST_MAX);
    assert_int_equal(server_parse(longest, &server, &reason), 0);
    assert_string_equal(server.host, longest);
}

static void proxies_are_told(void **context) {
    static const struct {
        const char *text;
        bool expected;
    } cases[] = {
        {"proxy.example.org", true},
        {"proxy", true},
        {"proxy:3128", true},
        {"127.0.0.1:3128", true},
        {"[::1]:3128", true},
        {"http://proxy:3128", true},
        {"HTTP://proxy:3128/", true},
        {"https://proxy.example.org:3128", true},
        {"socks4://proxy", true},
        {"socks4a://proxy", true},
        {"socks5://proxy:1080", true},
        {"socks5h://proxy:1080/", true},
        {"http://user:password@proxy:3128", true},
        {"user:password@proxy:3128", true},
        {"http://user@proxy", true},
        {"http://user:p%40ss%2F@proxy", true},
        {"http://user:p@ss@proxy", false},
        {"http://user:p#ss@proxy", false},
        {"user:p?ss@proxy", false},
        {"user:100%@proxy", false},
        {"[::1@proxy", false},
        {"ftp://proxy", false},
        {"file:///proxy", false},
        {"proxy:", false},
        {"proxy:0", false},
        {"proxy:65536", false},
        {"proxy:x", false},
        {"http://", false},
        {"http:///", false},
        {"http://:3128", false},
        {"http://proxy/x", false},
        {"pro xy", false},
        {"proxy\n", false},
        {"http://user:password@", false},
        {"http://user:%20~%7F@proxy", true},
        {"http://user:%zz@proxy", false},
        {"http://user:%00@proxy", false},
        {"http://user:a%1Fb@proxy:1", false},
        {"user%0a:b@proxy", false},
        {"", false},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        unit_check(server_is_proxy_url(cases[i].text) == cases[i].expected, "'%s'",
                   unit_show_text(cases[i].text).text);
    unit_end();
}

static void the_host_of_a_redirect_is_found(void **context) {
    static const struct {
        const char *url;
        const char *host;
    } cases[] = {
        {"https://example.org", "example.org"},
        {"https://example.org/", "example.org"},
        {"https://example.org/x?y#z", "example.org"},
        {"https://EXAMPLE.org/", "example.org"},
        {"https://example.org./", "example.org"},
        {"https://example.org:8443/x", "example.org"},
        {"https://example.org.:8443", "example.org"},
        {"http://example.org?x@y", "example.org"},
        {"http://example.org#x@y", "example.org"},
        {"https://user:password@example.org/", "example.org"},
        {"https://user@example.org:443/", "example.org"},
        {"https://crm0001.wolkvox.com@example.org/", "example.org"},
        {"https://crm0001.wolkvox.com:443@example.org:1/", "example.org"},
        {"https://a@b@example.org/", "example.org"},
        {"https://[2001:DB8::7]:8443/", "2001:db8::7"},
        {"https://[::1]", "::1"},
        {"https://127.0.0.1/", "127.0.0.1"},
        {"https://example.org/https://other.org", "example.org"},
        {"https://example.org/@other.org", "example.org"},
        {"https://", ""},
        {"https:///x", ""},
        {"/x", ""},
        {"x", ""},
        {"", ""},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char host[HOST_MAX + 1] = "untouched";
        server_url_host(cases[i].url, host);
        unit_check(strcmp(host, cases[i].host) == 0, "'%s' is '%s'", cases[i].url, host);
    }
    unit_end();
}

static void a_long_host_of_a_redirect_is_cut(void **context) {
    char url[2048] = "https://";
    char host[HOST_MAX + 1];

    (void)context;
    memset(url + 8, 'A', sizeof url - 9);
    server_url_host(url, host);
    assert_int_equal(strlen(host), HOST_MAX);
    assert_int_equal(strspn(host, "a"), HOST_MAX);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(servers_are_read_as_documented),
    cmocka_unit_test(other_servers_are_refused),
    cmocka_unit_test(a_refused_server_says_why),
    cmocka_unit_test(the_longest_name_fits),
    cmocka_unit_test(proxies_are_told),
    cmocka_unit_test(the_host_of_a_redirect_is_found),
    cmocka_unit_test(a_long_host_of_a_redirect_is_cut),
};

UNIT_MAIN(tests)
