#!/usr/bin/env python3
"""TLS: whom the plugin trusts, and that nobody else ever gets the token."""

import contextlib
import os
import pathlib
import shutil
import ssl
import tempfile
import unittest

import blackbox

api_module = blackbox.load_api()
Reply = api_module.Reply

TOKEN = "t1s-token-0123456789abcdef"
UNAVAILABLE = "WARNING"  # by --unavailable=warning, which every run is given
TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"


def ask(url, *args, **options):
    options.setdefault("token", TOKEN)
    return blackbox.run("-H", url, "-o", "sales", "--unavailable=warning", *args, **options)


def listen(connection):
    """Reads for as long as the client wants, and says nothing."""
    while connection.recv(4096):
        pass


class TlsCase(unittest.TestCase):
    """One authority for all of a file's servers, and a directory for its files."""

    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="test-tls-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.authority = api_module.CertificateAuthority(cls.directory / "ca")
        cls.stranger = api_module.CertificateAuthority(cls.directory / "stranger", "a stranger")

    def serve(self, certificate="good", authority=None, **options):
        """A server that answers, until the test ends."""
        api = api_module.WolkvoxApi(certificate=certificate, authority=authority or self.authority,
                                    **options)
        api.default_reply = Reply.json(blackbox.envelope())
        api.start()
        self.addCleanup(api.stop)
        return api

    def refuses(self, api, *args, **options):
        """The server is refused: unavailable, and nothing was asked."""
        result = ask(api.url, *args, **options)
        self.assertEqual(result.state, UNAVAILABLE, result)
        self.assertEqual(api.requests, [])
        self.assertGreaterEqual(api.connections, 1)
        self.assertNotIn("|", result.text)
        return result

    def accepts(self, api, *args, **options):
        result = ask(api.url, *args, **options)
        self.assertEqual(result.state, "OK", result)
        self.assertEqual([request.token for request in api.requests], [TOKEN])
        return result


class Certificates(TlsCase):

    def test_good(self):
        self.accepts(self.serve(), "--ca-file", self.authority.ca_file)

    def test_every_bad_kind(self):
        for kind in ("wrong-name", "expired", "not-yet-valid", "self-signed", "unknown-ca"):
            api = self.serve(kind)
            for args in (("--ca-file", self.authority.ca_file), ()):
                with self.subTest(kind, args=args):
                    self.assertRegex(self.refuses(api, *args).message, "(?i)certificate|SSL|TLS")

    def test_authority_unknown_to_the_system(self):
        self.refuses(self.serve())

    def test_another_authority(self):
        self.refuses(self.serve(), "--ca-file", self.stranger.ca_file)
        self.refuses(self.serve(authority=self.stranger), "--ca-file", self.authority.ca_file)

    def test_by_address(self):
        api = self.serve()
        result = ask(f"https://127.0.0.1:{api.port}", "--ca-file", self.authority.ca_file)
        self.assertEqual(result.state, "OK", result)
        api = self.serve("wrong-name")
        result = ask(f"https://127.0.0.1:{api.port}", "--ca-file", self.authority.ca_file)
        self.assertEqual((result.state, api.requests), (UNAVAILABLE, []), result)

    def test_no_variable_makes_it_careless(self):
        api = self.serve()
        environment = {"SSL_CERT_FILE": self.stranger.ca_file, "CURL_CA_BUNDLE": "",
                       "GIT_SSL_NO_VERIFY": "1", "PYTHONHTTPSVERIFY": "0", "CURL_INSECURE": "1",
                       "NODE_TLS_REJECT_UNAUTHORIZED": "0", "HOME": str(self.directory)}
        (self.directory / ".curlrc").write_text("insecure\n")
        self.refuses(api, env=environment)

    def test_self_signed_can_be_trusted_by_itself(self):
        api = self.serve("self-signed")
        certificate, _key = self.authority.certificate("self-signed")
        self.accepts(api, "--ca-file", certificate)

    def test_get_after_405_is_as_careful(self):
        api = self.serve()
        api.script = [Reply(405)]
        result = ask(api.url, "--ca-file", self.authority.ca_file)
        self.assertEqual([request.method for request in api.requests], ["POST", "GET"], result)
        self.assertEqual(result.state, "OK", result)


class CaFile(TlsCase):

    def setUp(self):
        self.api = self.serve()
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        self.pem = pathlib.Path(self.authority.ca_file).read_text(encoding="ascii")

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def troubled(self, path, **options):
        """Exit 3 before any connection, and the line names the option's file."""
        result = ask(self.api.url, f"--ca-file={path}", **options)
        self.assertEqual(result.exit, 3, result)
        self.assertEqual(self.api.connections, 0, result)
        self.assertNotIn("|", result.text)
        return result

    def test_not_usable(self):
        _certificate, key = self.authority.certificate("good")
        begin, end = "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"
        inside = self.pem[len(begin):-len(end)]
        rows = {
            "empty": "", "blank": "\n\n", "text": "this is no certificate\n",
            "binary": os.urandom(3000), "zeros": bytes(5000),
            "DER": ssl.PEM_cert_to_DER_cert(self.pem),
            "key only": pathlib.Path(key).read_text(encoding="ascii"),
            "no end": begin + inside, "no begin": inside + end, "nothing inside": begin + end,
            "begin only": begin, "no base64": begin + "!" * 64 + "\n" + end,
            "base64 of something else": begin + "QUJDREVGRw==\n" + end,
            "cut": begin + inside[:200] + "\n" + end,
            "wrong label": self.pem.replace("CERTIFICATE", "SOMETHING"),
            "request": self.pem.replace("CERTIFICATE", "CERTIFICATE REQUEST"),
            "no dashes": self.pem.replace("-----", ""),
            "second one broken": self.pem + begin + inside[:100] + "\n" + end,
        }
        for name, content in rows.items():
            with self.subTest(name):
                self.troubled(self.file(name, content))

    def test_no_file_at_all(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        (self.folder / "loop").symlink_to("loop")
        rows = (self.folder / "missing", self.folder, fifo, "/dev/null", "/dev/zero", "/dev/stdin",
                self.folder / "loop", self.file("x", self.pem) / "y", "", " ", "x" * 5000)
        for path in rows:
            with self.subTest(path):
                self.troubled(path)

    def test_pipe_with_a_good_certificate(self):
        reading, writing = os.pipe()
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, reading)
            os.write(writing, self.pem.encode())
            os.close(writing)
            self.troubled(f"/dev/fd/{reading}", pass_fds=(reading,))

    @unittest.skipUnless(os.geteuid(), "root may read everything")
    def test_no_permission(self):
        path = self.file("locked", self.pem)
        path.chmod(0)
        self.troubled(path)

    @unittest.skipIf(os.geteuid(), "only root can run as another user")
    def test_no_permission_for_another_user(self):
        path = self.file("locked", self.pem)
        path.chmod(0o600)
        for folder in (self.folder, self.directory):
            folder.chmod(0o755)
        try:
            self.troubled(path, user="nobody")
        except PermissionError:
            self.skipTest("nobody cannot run the plugin where it is")

    def test_message_names_the_file(self):
        path = self.folder / "missing.pem"
        self.assertIn("missing.pem", self.troubled(path).message)

    def test_the_token_in_the_name_is_masked(self):
        self.troubled(self.folder / TOKEN)

    def test_usable_forms(self):
        other = pathlib.Path(self.stranger.ca_file).read_text(encoding="ascii")
        rows = {"as it is": self.pem, "CRLF": self.pem.replace("\n", "\r\n"),
                "text around": f"# A comment\nsubject=x\n{self.pem}\nmore text\n",
                "two": other + self.pem, "twice": self.pem * 2,
                "no last newline": self.pem.rstrip(),
                "blank at the ends": self.pem.replace("\n", " \n"),
                "with a key": pathlib.Path(self.directory / "ca/ca.key").read_text("ascii")
                              + self.pem}
        for name, content in rows.items():
            with self.subTest(name):
                self.accepts(self.serve(), f"--ca-file={self.file(name, content)}")

    def test_the_last_counts_and_the_option_beats_the_environment(self):
        self.accepts(self.api, "--ca-file", self.stranger.ca_file,
                     "--ca-file", self.authority.ca_file,
                     env={"SSL_CERT_FILE": self.stranger.ca_file, "CURL_CA_BUNDLE": "/nonexistent",
                          "SSL_CERT_DIR": "/nonexistent"})

    def test_is_trusted_alone(self):
        """Not the system's bundle and not its directory, here as the environment moves them."""
        hashed = self.folder / "hashed"
        hashed.mkdir()
        for number in range(3):
            shutil.copy(self.authority.ca_file, hashed / f"{number:08x}.0")
        self.refuses(self.api, "--ca-file", self.stranger.ca_file,
                     env={"SSL_CERT_FILE": self.authority.ca_file, "SSL_CERT_DIR": str(hashed)})

    def test_symbolic_link_and_spaces(self):
        link = self.folder / "a link"
        link.symlink_to(self.authority.ca_file)
        self.accepts(self.api, "--ca-file", str(link))

    def test_is_checked_for_plain_http_too(self):
        with api_module.WolkvoxApi(tls=False) as plain:
            result = ask(f"http://127.0.0.1:{plain.port}", "--ca-file", str(self.folder / "no"))
            self.assertEqual((result.exit, plain.connections), (3, 0), result)


class Versions(TlsCase):

    def test_versions(self):
        version = ssl.TLSVersion
        for lowest, highest in ((version.TLSv1_2, version.TLSv1_2),
                                (version.TLSv1_3, version.TLSv1_3), (None, None)):
            with self.subTest(lowest=lowest, highest=highest):
                self.accepts(self.serve(min_tls=lowest, max_tls=highest),
                             "--ca-file", self.authority.ca_file)

    def test_outdated_versions(self):
        """Also where the system's policy would let them pass."""
        policy = self.directory / "lax.cnf"
        policy.write_text("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = lax\n"
                          "[lax]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n")
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            for env in ({}, {"OPENSSL_CONF": str(policy)}):
                with self.subTest(version=version, env=env):
                    api = self.serve(min_tls=version, max_tls=version)
                    self.refuses(api, "--ca-file", self.authority.ca_file, env=env)


class NoTls(TlsCase):

    def test_plain_http_on_the_port(self):
        with api_module.WolkvoxApi(tls=False) as plain:
            result = ask(f"https://localhost:{plain.port}", "--ca-file", self.authority.ca_file)
            self.assertEqual((result.state, plain.requests), (UNAVAILABLE, []), result)

    def test_servers_that_break_the_handshake(self):
        rows = {"silent end": b"", "text": b"220 hello\r\n", "alert": TLS_ALERT,
                "garbage": bytes(range(256)) * 10}
        for name, answer in rows.items():
            seen = []

            def handler(connection, answer=answer, seen=seen):
                connection.sendall(answer)
                while True:
                    data = connection.recv(4096)
                    if not data:
                        return
                    seen.append(data)
                    if not answer:
                        return

            with self.subTest(name), blackbox.RawServer(handler) as server:
                result = ask(f"https://127.0.0.1:{server.port}")
                self.assertEqual(result.state, UNAVAILABLE, result)
                self.assertNotIn(TOKEN.encode(), b"".join(seen))

    def test_silence_in_the_handshake(self):
        with blackbox.RawServer(listen) as server:
            result = ask(f"https://127.0.0.1:{server.port}", "-t1:unknown")
        self.assertEqual(result.state, "UNKNOWN", result)
        self.assertRegex(result.message, r"\b1 s\b")
        self.assertLess(result.seconds, 1 + blackbox.LATE)

    @unittest.skipUnless(blackbox.BRAKE, "timer_create() is missing or in a library of its own")
    @unittest.skipIf(blackbox.GNUTLS, "this is about OpenSSL's configuration")
    def test_a_library_that_does_not_come_back(self):
        """OpenSSL waits for ever for the first byte of its configuration."""
        with tempfile.TemporaryDirectory() as directory:
            fifo = os.path.join(directory, "fifo")
            os.mkfifo(fifo)
            for args, state in (("-t1",), UNAVAILABLE), (("-t1:unknown",), "UNKNOWN"):
                result = ask("https://127.0.0.1:1", *args, env={"OPENSSL_CONF": fifo})
                self.assertEqual((result.state, result.message), (
                    state, "timeout: waited 1 s for a library of this machine to come back"))
                self.assertLess(result.seconds, 3 + blackbox.LATE)

    def test_https_server_asked_in_plain_http(self):
        api = self.serve()
        result = ask(f"http://127.0.0.1:{api.port}")
        self.assertEqual((result.state, api.requests), (UNAVAILABLE, []), result)


class Keys(TlsCase):

    def test_keys_of_the_connection_are_not_written(self):
        for number, args in enumerate((("--ca-file", self.authority.ca_file), ())):
            with self.subTest(args=args):
                path = self.directory / f"keys{number}"
                ask(self.serve().url, *args, env={"SSLKEYLOGFILE": str(path)})
                self.assertFalse(path.exists())

    @unittest.skipUnless(blackbox.LAZY_LIBRARIES, "GnuTLS reads it before the program begins")
    def test_nothing_is_told_on_standard_error(self):
        for name, value in (("GNUTLS_DEBUG_LEVEL", "9"), ("P11_KIT_DEBUG", "all")):
            with self.subTest(name):
                ask(self.serve().url, env={name: value})  # run() looks there


if __name__ == "__main__":
    blackbox.main()
