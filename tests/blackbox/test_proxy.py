#!/usr/bin/env python3
"""Proxies: which one is used, and that none ever sees the token."""

import base64
import socket
import unittest
import urllib.parse

import blackbox

api_module = blackbox.load_api()
Reply = api_module.Reply

TOKEN = "pr0xy-token-0123456789abcdef"
UNAVAILABLE = "WARNING"  # by --unavailable=warning, which every run is given
SECONDS = 25 if blackbox.PLUGIN_WRAPPER else 8
NOWHERE = "http://127.0.0.1:1"  # a proxy that would be noticed: nobody listens there
CREDENTIALS = "jane:pa55-w0rd"


def listen(connection):
    """Reads for as long as the client wants, and says nothing."""
    while connection.recv(4096):
        pass


class ProxyCase(unittest.TestCase):
    """An API behind TLS; each test has a proxy of its own."""

    @classmethod
    def setUpClass(cls):
        cls.authority = api_module.CertificateAuthority()
        cls.addClassCleanup(cls.authority.close)
        cls.api = api_module.WolkvoxApi(authority=cls.authority)
        cls.api.start()
        cls.addClassCleanup(cls.api.stop)

    def setUp(self):
        self.api.clear()
        self.api.default_reply = Reply.json(blackbox.envelope())

    def proxy(self, **options):
        proxy = blackbox.Proxy(**options)
        proxy.start()
        self.addCleanup(proxy.stop)
        return proxy

    def raw(self, handler):
        server = blackbox.RawServer(handler)
        server.start()
        self.addCleanup(server.stop)
        return server

    def ask(self, *args, url=None, env=None):
        return blackbox.run("-H", url or self.api.url, "-o", "sales", "--ca-file",
                            self.api.ca_file, "--unavailable=warning", f"-t{SECONDS}", *args,
                            token=TOKEN, env=env)

    def through(self, proxy, *args, connects=1, **options):
        """The answer comes through the proxy, which never sees the token."""
        before = len(self.api.requests)
        result = self.ask(*args, **options)
        self.assertEqual(result.state, "OK", result)
        self.assertEqual(proxy.connects, [f"localhost:{self.api.port}"] * connects)
        self.assertEqual(len(self.api.requests), before + connects)
        self.token_is_kept_from(proxy)
        proxy.connects.clear()
        return result

    def token_is_kept_from(self, proxy):
        for head in proxy.requests:
            self.assertNotIn(b"wolkvox-token", head.lower())
            self.assertNotIn(TOKEN.encode(), head)

    def past(self, proxy, *args, **options):
        """The answer comes, but not through the proxy."""
        result = self.ask(*args, **options)
        self.assertEqual(result.state, "OK", result)
        self.assertEqual(proxy.connections, 0)
        return result

    def fails(self, *args, requests=0, **options):
        result = self.ask(*args, **options)
        self.assertEqual(result.state, UNAVAILABLE, result)
        self.assertEqual(len(self.api.requests), requests, result)
        self.assertNotIn("|", result.text)
        return result


class Option(ProxyCase):

    def test_forms(self):
        proxy = self.proxy()
        for value in (proxy.url, f"{proxy.url}/", f"127.0.0.1:{proxy.port}",
                      f"localhost:{proxy.port}", f"HTTP://LocalHost:{proxy.port}",
                      f"http://jane@127.0.0.1:{proxy.port}"):
            with self.subTest(value):
                self.through(proxy, f"--proxy={value}")

    def test_both_requests_go_through(self):
        proxy = self.proxy()
        self.api.script = [Reply(405)]
        self.through(proxy, "--proxy", proxy.url, connects=2)

    def test_names_are_left_to_the_proxy(self):
        proxy = self.proxy()
        self.fails("-p", str(self.api.port), "--proxy", proxy.url, url="0001")
        self.assertEqual(proxy.connects, [f"crm0001.wolkvox.com:{self.api.port}"])
        self.token_is_kept_from(proxy)

    def test_empty_means_none(self):
        proxy = self.proxy()
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            with self.subTest(name):
                self.past(proxy, "--proxy=", env={name: proxy.url})
        self.past(proxy, "--proxy", "", env={"https_proxy": proxy.url})

    def test_beats_every_variable(self):
        proxy = self.proxy()
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            with self.subTest(name):
                self.through(proxy, "--proxy", proxy.url, env={name: NOWHERE})

    def test_beats_no_proxy(self):
        proxy = self.proxy()
        for name in ("no_proxy", "NO_PROXY"):
            for value in ("*", "localhost", "127.0.0.1,localhost"):
                with self.subTest(name, value=value):
                    self.through(proxy, "--proxy", proxy.url, env={name: value})

    def test_the_last_one_counts(self):
        proxy = self.proxy()
        self.through(proxy, "--proxy", NOWHERE, "--proxy", proxy.url)
        self.past(self.proxy(), "--proxy", NOWHERE, "--proxy=")

    def test_nobody_listens(self):
        self.fails("--proxy", NOWHERE)

    def test_bad_ones(self):
        rows = ("ftp://127.0.0.1:1", "nonsense://127.0.0.1", "file:///etc/passwd", "http://",
                "://127.0.0.1", "http://:3128", ":3128", "http://127.0.0.1:0",
                "http://127.0.0.1:65536", "http://127.0.0.1:x", "http://127.0.0.1:",
                "127.0.0.1:80:80", " ", "http://127.0.0.1 ", "http://a b:1", "http://[::1",
                "http://127.0.0.1:1\n", "http://127.0.0.1:1\r\nX: y", "\x01", "http://-",
                "http://127.0.0.1:-1", "http://127.0.0.1:+1", "http://127.0.0.1:0x50")
        before = self.api.connections
        for value in rows:
            with self.subTest(value):
                result = self.ask(f"--proxy={value}")
                self.assertEqual(result.exit, 3, result)
                self.assertIn("--proxy", result.line)
                self.assertEqual(self.api.connections, before)

    def test_bad_one_is_bad_even_if_another_follows(self):
        result = self.ask("--proxy=ftp://127.0.0.1", "--proxy=")
        self.assertEqual((result.exit, self.api.requests), (3, []), result)


class Environment(ProxyCase):

    def test_variables_of_libcurl(self):
        proxy = self.proxy()
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            with self.subTest(name):
                self.through(proxy, env={name: proxy.url})

    def test_variables_for_plain_http_do_not_count(self):
        for name in ("http_proxy", "HTTP_PROXY"):
            with self.subTest(name):
                self.past(self.proxy(), env={name: NOWHERE})

    def test_no_proxy(self):
        proxy = self.proxy()
        for name in ("no_proxy", "NO_PROXY"):
            for value in ("localhost", "*", "other.example,localhost"):
                with self.subTest(name, value=value):
                    self.past(proxy, env={"https_proxy": proxy.url, name: value})
        self.through(proxy, env={"https_proxy": proxy.url, "no_proxy": "other.example"})

    def test_empty_means_none(self):
        self.past(self.proxy(), env={"https_proxy": "", "ALL_PROXY": ""})

    def test_nobody_listens(self):
        self.fails(env={"https_proxy": NOWHERE})


class PlainHttp(ProxyCase):
    """Loopback without TLS: the proxy would see the token, so there is none."""

    def test_never_goes_through_a_proxy(self):
        proxy = self.proxy()
        variables = ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY")
        environment = dict.fromkeys(variables, proxy.url)
        with api_module.WolkvoxApi(tls=False) as plain:
            plain.default_reply = Reply.json(blackbox.envelope())
            rows = [((), {name: proxy.url}) for name in variables]
            rows += [((), environment), (("--proxy", proxy.url), {}), (("--proxy=",), environment),
                     (("--proxy", proxy.url), environment),
                     (("--proxy", proxy.url), {"no_proxy": "other.example"})]
            for host in ("127.0.0.1", "localhost"):
                for args, env in rows:
                    with self.subTest(host, args=args, env=env):
                        self.past(proxy, *args, url=f"http://{host}:{plain.port}", env=env)
            self.assertEqual({request.token for request in plain.requests}, {TOKEN})

    def test_silent_proxy_is_no_trouble(self):
        with api_module.WolkvoxApi(tls=False) as plain:
            plain.default_reply = Reply.json(blackbox.envelope())
            result = self.ask("--proxy", NOWHERE, url=f"http://127.0.0.1:{plain.port}")
            self.assertEqual(result.state, "OK", result)


class Credentials(ProxyCase):

    def shows_nothing(self, result, credentials=CREDENTIALS):
        password = credentials.partition(":")[2]
        decoded = urllib.parse.unquote(credentials)
        hidden = {credentials, password, decoded, decoded.partition(":")[2]}
        hidden |= {base64.b64encode(text.encode()).decode() for text in (credentials, decoded)}
        for secret in hidden:
            self.assertNotIn(secret, result.text, result)

    def urls(self, proxy):
        """As an option and as a variable."""
        url = f"http://{CREDENTIALS}@127.0.0.1:{proxy.port}"
        return (((f"--proxy={url}",), {}), ((), {"https_proxy": url}))

    def test_are_used_and_not_shown(self):
        proxy = self.proxy(credentials=CREDENTIALS)
        for args, env in self.urls(proxy):
            for verbose in ("-v", "-vvv"):
                with self.subTest(args=args, verbose=verbose):
                    self.shows_nothing(self.through(proxy, verbose, *args, env=env))
        self.token_is_kept_from(proxy)

    def test_sent_in_pieces(self):
        """A socket does not take all of a long line at once."""
        credentials = "jane:" + "s3cr3t" * 14000
        url = f"http://{credentials}@127.0.0.1:{self.proxy(refuse=403).port}"
        piece = base64.b64encode(credentials.encode())[300:320].decode()
        self.assertNotIn(piece, self.fails("-vvv", "--proxy", url).text)

    def test_odd_ones(self):
        for text in ("us%40er:p%3A%2F%25w", "u:%20%7C%3Cb%3E", "u%C3%B1:s3cr%C3%A9t", "j:x:y:z99"):
            with self.subTest(text):
                proxy = self.proxy(credentials=urllib.parse.unquote(text))
                url = f"http://{text}@127.0.0.1:{proxy.port}"
                self.shows_nothing(self.through(proxy, "-vvv", "--proxy", url), text)

    def test_refused(self):
        proxy = self.proxy(credentials="jane:another")
        for args, env in self.urls(proxy):
            with self.subTest(args=args):
                self.shows_nothing(self.fails("-vvv", *args, env=env))

    def test_nobody_listens(self):
        url = f"http://{CREDENTIALS}@127.0.0.1:1"
        self.shows_nothing(self.fails("-vvv", "--proxy", url))
        self.shows_nothing(self.fails("-vvv", env={"ALL_PROXY": url}))

    def test_bad_url(self):
        for url in (f"ftp://{CREDENTIALS}@127.0.0.1:1", f"http://{CREDENTIALS}@127.0.0.1:0",
                    f"http://{CREDENTIALS}@", f"{CREDENTIALS}@a b", f"http://{CREDENTIALS}@h:x"):
            with self.subTest(url):
                result = self.ask("-vvv", f"--proxy={url}")
                self.assertEqual(result.exit, 3, result)
                self.shows_nothing(result)

    def test_bad_variables(self):
        """libcurl's own error shows all of it."""
        for url in ("http://jane:s3cr3t/x@h:1", "http://jane:s3cr3t#x@h:1", "jane:s3cr3t@x@h:1",
                    "ftp://jane:s3cr3t@h:1", "http://jane:s3cr3t@h:99999", "jane:s3cr3t@[::1"):
            for name in ("https_proxy", "ALL_PROXY"):
                with self.subTest(url, name=name):
                    result = self.ask("-vvv", env={name: url})
                    self.assertEqual((result.exit, self.api.connections), (3, 0), result)
                    self.assertIn("the proxy that --proxy or a variable", result.message)
                    self.assertNotIn("s3cr3t", result.text)

    def test_control_characters_in_a_variable_that_does_not_count(self):
        proxy = self.proxy()
        bad = "http://jane:%00@127.0.0.1:1"
        self.through(proxy, env={"https_proxy": proxy.url, "ALL_PROXY": bad})
        self.through(proxy, env={"https_proxy": "", "all_proxy": proxy.url, "ALL_PROXY": bad})
        self.past(self.proxy(), "--proxy=", env={"https_proxy": bad})

    def test_control_characters(self):
        """libcurl would connect past the proxy without a word."""
        for url in ("http://jane:a%0ab@{}", "jane:%00@{}", "http://%1Fjane@{}", "socks5h://a:%01@{}",
                    "http:/jane:%0a@{}", "http:///jane:%0a@{}"):
            proxy = self.proxy()
            url = url.format(f"127.0.0.1:{proxy.port}")
            for args, env in (((f"--proxy={url}",), {}), ((), {"https_proxy": url}),
                              ((), {"ALL_PROXY": url})):
                with self.subTest(url, args=args, env=env):
                    result = self.ask("-vvv", *args, env=env)
                    self.assertEqual((result.exit, self.api.connections), (3, 0), result)
                    self.assertEqual(proxy.connections, 0)
                    self.assertNotIn("jane", result.text)

    def test_echoed_by_the_proxy(self):
        encoded = base64.b64encode(CREDENTIALS.encode())

        def refuse(connection):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 403 %s\r\nX-Seen: Basic %s\r\nContent-Length: 0\r\n\r\n"
                               % (CREDENTIALS.encode(), encoded))
        server = self.raw(refuse)
        self.fails("--proxy", f"http://{CREDENTIALS}@127.0.0.1:{server.port}")


class Refusals(ProxyCase):

    def test_connect_refused(self):
        for status in (302, 400, 401, 403, 404, 405, 407, 429, 500, 501, 502, 503, 504):
            with self.subTest(status):
                proxy = self.proxy(refuse=status)
                result = self.fails("--proxy", proxy.url)
                self.assertEqual(len(proxy.connects), 1)
                self.assertRegex(result.message, rf"\b{status}\b")
                self.token_is_kept_from(proxy)

    def test_connect_refused_by_the_environments_proxy(self):
        proxy = self.proxy(refuse=403)
        self.fails("-vvv", env={"https_proxy": proxy.url})
        self.token_is_kept_from(proxy)

    def test_credentials_wanted(self):
        proxy = self.proxy(credentials=CREDENTIALS)
        self.assertIn("407", self.fails("--proxy", proxy.url).message)
        self.assertEqual(len(proxy.connects), 1)

    def test_after_405_only_the_api_is_asked_again(self):
        """A CONNECT that is answered 405 is no answer of the API."""
        proxy = self.proxy(refuse=405)
        self.fails("-vv", "--proxy", proxy.url)
        self.assertEqual(proxy.connections, 1)

    def test_strange_proxies(self):
        established = b"HTTP/1.1 200 Connection established\r\n\r\n"
        rows = {"closes": b"", "no HTTP": b"hello\r\n", "cut": b"HTTP/1.1 2",
                "then closes": established,
                "then plain HTTP": established + b"HTTP/1.1 200 OK\r\n\r\n{}",
                "then garbage": established + bytes(range(256)),
                "answers itself": b"HTTP/1.1 403 No\r\nContent-Length: 20\r\n\r\n"
                                  b"TOKEN LIMIT EXCEEDED"}
        for name, answer in rows.items():
            with self.subTest(name):
                seen = []

                def talk(connection, answer=answer, seen=seen):
                    seen.append(connection.recv(65536))
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                    seen.append(connection.recv(65536))
                server = self.raw(talk)
                result = self.ask("--proxy", server.url)
                self.assertEqual(result.state, UNAVAILABLE, result)
                self.assertNotIn(TOKEN.encode(), b"".join(seen))

    def test_endless_answers_to_connect(self):
        rows = {"headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 500),
                "1xx": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
                "one header": (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 4096),
                "body": (b"HTTP/1.1 403 No\r\n\r\n", b"x" * 4096)}
        for name, (begin, piece) in rows.items():
            with self.subTest(name):
                def talk(connection, begin=begin, piece=piece):
                    connection.recv(65536)
                    connection.sendall(begin)
                    while True:
                        connection.sendall(piece)
                result = self.fails("--proxy", self.raw(talk).url)
                self.assertLess(result.seconds, SECONDS / 2)

    def test_silence_is_bounded_by_the_timeout(self):
        server = self.raw(listen)
        for args, env in ((("--proxy", server.url), {}), ((), {"https_proxy": server.url})):
            with self.subTest(args=args):
                result = self.ask("-t1:unknown", *args, env=env)
                self.assertEqual((result.state, self.api.requests), ("UNKNOWN", []), result)
                self.assertRegex(result.message, r"\b1 s\b")
                self.assertLess(result.seconds, 1 + blackbox.LATE)


class HttpsProxy(ProxyCase):
    """A proxy that is itself reached by TLS is verified like everybody else."""

    def test_untrusted_proxy_sees_nothing(self):
        for kind in ("self-signed", "unknown-ca", "expired", "wrong-name"):
            with self.subTest(kind), api_module.WolkvoxApi(certificate=kind) as proxy:
                self.fails("--proxy", f"https://localhost:{proxy.port}")
                self.assertEqual(proxy.requests, [])

    def test_trusted_proxy_sees_no_token(self):
        with api_module.WolkvoxApi(authority=self.authority) as proxy:
            proxy.default_reply = Reply(403, close=True)
            self.fails("--proxy", f"https://localhost:{proxy.port}")
            self.assertEqual([request.method for request in proxy.requests], ["CONNECT"])
            self.assertIsNone(proxy.requests[0].token)


if __name__ == "__main__":
    blackbox.main()
