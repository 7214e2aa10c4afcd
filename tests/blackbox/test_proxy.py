#!/usr/bin/env python3
"""Proxies: which one is used, and that none ever sees the token (manual, OPTIONS, --proxy)."""

import base64
import urllib.parse

import blackbox
from blackbox import TOKEN

api_module = blackbox.load_api()
Reply = api_module.Reply

UNAVAILABLE = "WARNING"  # by --unavailable=warning, which every run is given
NOWHERE = "http://127.0.0.1:1"  # a proxy that would be noticed: nobody listens there
CREDENTIALS = "jane:pa55-w0rd"
VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


class ProxyCase(blackbox.ApiCase):
    """Each test has a proxy of its own."""

    tls = True

    def start(self, server):
        server.start()
        self.addCleanup(server.stop)
        return server

    def proxy(self, **options):
        return self.start(blackbox.Proxy(**options))

    def ask(self, *args, url=None, env=None):
        return self.check("-H", url or self.api.url, "--ca-file", self.api.ca_file, "--unavailable=warning",
                          *args, env=env)

    def through(self, proxy, *args, connects=1, **options):
        """The answer comes through the proxy, which never sees the token."""
        before = len(self.api.requests)
        result = self.ask(*args, **options)
        self.assertEqual(result.state, "OK", result)
        self.assertEqual(proxy.connects, [f"localhost:{self.api.port}"] * connects)
        self.assertEqual(len(self.api.requests), before + connects)
        self.token_is_kept_from(proxy.requests)
        proxy.connects.clear()
        return result

    def token_is_kept_from(self, heads):
        for head in heads:
            self.assertNotIn(b"wolkvox-token", head.lower())
            self.assertNotIn(TOKEN.encode(), head)

    def past(self, proxy, *args, **options):
        """The answer comes, but not through the proxy."""
        result = self.ask(*args, **options)
        self.assertEqual((result.state, proxy.connections), ("OK", 0), result)

    def fails(self, *args, state=UNAVAILABLE, **options):
        """So that not even the API's port is seen."""
        before = self.api.connections
        result = self.ask(*args, **options)
        self.assertEqual((result.state, self.api.connections), (state, before), result)
        self.assertIsNone(result.perfdata_text)
        return result


class Choice(ProxyCase):

    def test_options(self):
        proxy = self.proxy()
        rows = [((f"--proxy={value}",), {}) for value in
                (f"{proxy.url}/", f"127.0.0.1:{proxy.port}", f"HTTP://LocalHost:{proxy.port}")]
        rows += [(("--proxy", NOWHERE, "--proxy", proxy.url), {})]
        rows += [(("--proxy", proxy.url), {name: NOWHERE}) for name in VARIABLES]
        rows += [(("--proxy", proxy.url), {name: "*"}) for name in ("no_proxy", "NO_PROXY")]
        for args, env in blackbox.some(rows):
            with self.subTest(args=args, env=env):
                self.through(proxy, *args, env=env)
        self.api.script = [Reply(405)]
        self.through(proxy, "--proxy", proxy.url, connects=2)

    def test_variables(self):
        """libcurl's own; those for plain HTTP do not count."""
        proxy, unused = self.proxy(), self.proxy()
        for name in VARIABLES:
            with self.subTest(name):
                self.through(proxy, env={name: proxy.url})
                self.past(unused, "--proxy=", env={name: unused.url})
        self.through(proxy, env={"https_proxy": proxy.url, "no_proxy": "other.example"})
        rows = [{"https_proxy": unused.url, name: value} for name in ("no_proxy", "NO_PROXY")
                for value in ("*", "other.example,localhost")]
        rows += [{"https_proxy": "", "ALL_PROXY": ""}, {"http_proxy": NOWHERE, "HTTP_PROXY": NOWHERE}]
        for env in rows:
            with self.subTest(env=env):
                self.past(unused, env=env)
        self.past(unused, "--proxy", NOWHERE, "--proxy=")

    def test_names_are_left_to_the_proxy(self):
        proxy = self.proxy(refuse=403)
        self.fails("-p", str(self.api.port), "--proxy", proxy.url, url="0001")
        self.assertEqual(proxy.connects, [f"crm0001.wolkvox.com:{self.api.port}"])
        self.token_is_kept_from(proxy.requests)

    def test_nobody_listens(self):
        for result in (self.fails("--proxy", NOWHERE), self.fails(env={"https_proxy": NOWHERE})):
            self.assertRegex(result.message, r"Failed to connect to .*127\.0\.0\.1\b.* \(the proxy\)\Z")
        for host in ("127.0.0.1", "localhost", "[::1]"):
            self.assertNotIn("proxy", self.fails(url=f"https://{host}:1").message)

    def test_what_libcurl_does_not_take(self):
        """Nor is anything of its password shown, though libcurl's own message has all of it."""
        for value in ("nonsense://127.0.0.1", "http://", ":3128", " ", "http://127.0.0.1:65536",
                      "127.0.0.1:80:80", "http://a b:1", "http://127.0.0.1:1\r\nX: y",
                      "http://jane:s3cr3t/x@h:1", "jane:s3cr3t@x@h:1", "ftp://jane:s3cr3t@h:1"):
            for args, env in ((f"--proxy={value}",), {}), ((), {"ALL_PROXY": value}):
                with self.subTest(value, args=args):
                    result = self.fails("-vvv", *args, env=env, state="UNKNOWN")
                    self.assertIn("proxy", result.message)
                    self.assertNotIn("s3cr3t", result.text)

    def test_plain_http_never_goes_through_one(self):
        """Loopback without TLS: the proxy would see the token."""
        proxy, plain = self.proxy(), blackbox.stand_in()
        plain.default_reply = blackbox.answer()
        variables = dict.fromkeys(("http_proxy", "HTTP_PROXY", *VARIABLES), proxy.url)
        rows = [((), {name: url}) for name, url in variables.items()]
        rows += [((), variables), (("--proxy", proxy.url), {}), (("--proxy=",), variables),
                 (("--proxy", proxy.url), {"no_proxy": "other.example"}), (("--proxy", NOWHERE), {})]
        for args, env in blackbox.some(rows):
            for host in ("127.0.0.1", "localhost"):
                with self.subTest(host, args=args, env=env):
                    self.past(proxy, *args, url=f"http://{host}:{plain.port}", env=env)
        self.assertEqual({request.token for request in plain.requests}, {TOKEN})


class Credentials(ProxyCase):
    """They are used, and shown in no form at any verbosity (manual, OUTPUT)."""

    def shows_nothing(self, result, credentials=CREDENTIALS):
        decoded = urllib.parse.unquote(credentials)
        for text in (credentials, decoded):
            for secret in (text, text.partition(":")[2], base64.b64encode(text.encode()).decode()):
                self.assertNotIn(secret, result.text, result)

    def test_shown_nowhere(self):
        proxy = self.proxy(credentials=CREDENTIALS)
        strict = self.proxy(credentials="jane:another")
        for port, ask in ((proxy.port, lambda *args, **env: self.through(proxy, *args, **env)),
                          (strict.port, self.fails), (1, self.fails)):
            url = f"http://{CREDENTIALS}@127.0.0.1:{port}"
            for args, env in ((f"--proxy={url}",), {}), ((), {"https_proxy": url}):
                with self.subTest(port=port, args=args):
                    self.shows_nothing(ask("-vvv", *args, env=env))

    def test_odd_ones(self):
        for text in ("us%40er:p%3A%2F%25w", "u:%20%7C%3Cb%3E", "u%C3%B1:s3cr%C3%A9t", "j:x:y:z99"):
            with self.subTest(text):
                proxy = self.proxy(credentials=urllib.parse.unquote(text))
                url = f"http://{text}@127.0.0.1:{proxy.port}"
                self.shows_nothing(self.through(proxy, "-vvv", "--proxy", url), text)

    def test_sent_in_pieces(self):
        """A socket does not take all of a long line at once."""
        credentials = "jane:" + "s3cr3t" * 14000
        url = f"http://{credentials}@127.0.0.1:{self.proxy(refuse=403).port}"
        piece = base64.b64encode(credentials.encode())[300:320].decode()
        self.assertNotIn(piece, self.fails("-vvv", "--proxy", url).text)


class Refusals(ProxyCase):

    def test_connect_refused(self):
        """Once, whatever the status: one that is 405 is no answer of the API."""
        for status in (302, 401, 403, 405, 407, 429, 503):
            with self.subTest(status):
                proxy = self.proxy(refuse=status)
                result = self.fails("--proxy", proxy.url)
                self.assertEqual(len(proxy.connects), 1)
                self.assertRegex(result.message, rf"\b{status}\b")
                self.token_is_kept_from(proxy.requests)

    def test_strange_proxies(self):
        """test_attacks.py has those that mean harm."""
        established = b"HTTP/1.1 200 Connection established\r\n\r\n"
        for talk in (b"", b"hello\r\n", b"HTTP/1.1 2", established,
                     b"HTTP/1.1 403 No\r\nContent-Length: 20\r\n\r\nTOKEN LIMIT EXCEEDED"):
            with self.subTest(talk):
                server = self.start(blackbox.TalkingServer(talk))
                self.fails("--proxy", server.url)
                self.token_is_kept_from(server.heads)

    def test_proxy_behind_tls(self):
        """It is verified like everybody else."""
        for kind in ("self-signed", "unknown-ca", "expired", "wrong-name", "good"):
            with self.subTest(kind):
                proxy = self.start(api_module.WolkvoxApi(certificate=kind, authority=blackbox.authority()))
                proxy.default_reply = Reply(403, close=True)
                self.fails("--proxy", f"https://localhost:{proxy.port}")
                self.assertEqual([(request.method, request.token) for request in proxy.requests],
                                 [("CONNECT", None)] if kind == "good" else [])


if __name__ == "__main__":
    blackbox.main()
