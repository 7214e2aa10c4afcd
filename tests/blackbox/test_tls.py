#!/usr/bin/env python3
"""TLS: whom the plugin trusts, and that nobody else ever gets the token (manual, OPTIONS, --ca-file)."""

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
BEGIN, END = "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"


def ask(url, *args, **options):
    return blackbox.run("-H", url, "-o", "sales", "--unavailable=warning", f"-t{blackbox.ENOUGH}",
                        *args, token=TOKEN, timeout=blackbox.ENOUGH + 30, **options)


class TlsCase(unittest.TestCase):
    """One authority for all of a file's servers, and a directory for its files."""

    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="test-tls-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.directory.chmod(0o755)
        cls.authority = api_module.CertificateAuthority(cls.directory / "ca")
        cls.stranger = api_module.CertificateAuthority(cls.directory / "stranger", "a stranger")
        cls.trusting = ("--ca-file", cls.authority.ca_file)

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
        self.assertEqual((result.state, api.requests), (UNAVAILABLE, []), result)
        self.assertGreaterEqual(api.connections, 1)
        self.assertNotIn("|", result.text)
        return result

    def accepts(self, api, *args, requests=1, **options):
        result = ask(api.url, *args, **options)
        self.assertEqual(result.state, "OK", result)
        self.assertEqual([request.token for request in api.requests], [TOKEN] * requests)


class Certificates(TlsCase):

    def test_good(self):
        self.accepts(self.serve(), *self.trusting)
        api = self.serve()
        api.script = [Reply(405)]
        self.accepts(api, *self.trusting, requests=2)

    def test_every_bad_kind(self):
        for kind in ("wrong-name", "expired", "not-yet-valid", "self-signed", "unknown-ca"):
            api = self.serve(kind)
            for args in (self.trusting, ()):
                with self.subTest(kind, args=args):
                    self.assertRegex(self.refuses(api, *args).message, "(?i)certificate|SSL|TLS")

    def test_another_authority(self):
        self.refuses(self.serve())
        self.refuses(self.serve(), "--ca-file", self.stranger.ca_file)
        self.refuses(self.serve(authority=self.stranger), *self.trusting)

    def test_by_address(self):
        for kind, state in (("good", "OK"), ("wrong-name", UNAVAILABLE)):
            with self.subTest(kind):
                result = ask(f"https://127.0.0.1:{self.serve(kind).port}", *self.trusting)
                self.assertEqual(result.state, state, result)

    def test_no_variable_makes_it_careless(self):
        (self.directory / ".curlrc").write_text("insecure\n")
        self.refuses(self.serve(), env={
            "SSL_CERT_FILE": self.stranger.ca_file, "CURL_CA_BUNDLE": "", "CURL_INSECURE": "1",
            "GIT_SSL_NO_VERIFY": "1", "PYTHONHTTPSVERIFY": "0", "HOME": str(self.directory)})

    def test_self_signed_can_be_trusted_by_itself(self):
        certificate, _key = self.authority.certificate("self-signed")
        self.accepts(self.serve("self-signed"), "--ca-file", certificate)

    def test_plain_http_on_either_side(self):
        with api_module.WolkvoxApi(tls=False) as plain:
            result = ask(f"https://localhost:{plain.port}", *self.trusting)
            self.assertEqual((result.state, plain.requests), (UNAVAILABLE, []), result)
        secure = self.serve()
        result = ask(f"http://127.0.0.1:{secure.port}")
        self.assertEqual((result.state, secure.requests), (UNAVAILABLE, []), result)


class CaFile(TlsCase):

    def setUp(self):
        self.api = self.serve()
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        self.folder.chmod(0o755)
        self.pem = pathlib.Path(self.authority.ca_file).read_text(encoding="ascii")

    def file(self, content, name="ca.pem"):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def troubled(self, path, connections=(0,), **options):
        """Exit 3 before any connection, or at least before a request."""
        result = ask(self.api.url, f"--ca-file={path}", **options)
        self.assertEqual((result.exit, self.api.requests), (3, []), result)
        self.assertIn(self.api.connections, connections, result)
        self.assertNotIn("|", result.text)
        return result

    def test_no_pem(self):
        _certificate, key = self.authority.certificate("good")
        rows = {"empty": "", "text": "this is no certificate\n", "binary": os.urandom(3000),
                "zeros": bytes(5000), "DER": ssl.PEM_cert_to_DER_cert(self.pem),
                "key only": pathlib.Path(key).read_text(encoding="ascii"),
                "no begin": self.pem[len(BEGIN):], "no dashes": self.pem.replace("-----", ""),
                "wrong label": self.pem.replace("CERTIFICATE", "SOMETHING")}
        for name, content in blackbox.some(list(rows.items())):
            with self.subTest(name):
                self.assertIn("ca.pem", self.troubled(self.file(content)).message)

    def test_broken_pem(self):
        """The TLS library says so when it comes to use, which may be after the connection."""
        inside = self.pem[len(BEGIN):-len(END)]
        rows = {"no end": BEGIN + inside, "nothing inside": BEGIN + END, "begin only": BEGIN,
                "no base64": BEGIN + "!" * 64 + "\n" + END,
                "base64 of something else": BEGIN + "QUJDREVGRw==\n" + END,
                "cut": BEGIN + inside[:200] + "\n" + END,
                "request": self.pem.replace("CERTIFICATE", "CERTIFICATE REQUEST"),
                "second one broken": self.pem + BEGIN + inside[:100] + "\n" + END}
        for name, content in blackbox.some(list(rows.items())):
            with self.subTest(name):
                self.troubled(self.file(content), connections=range(len(rows) + 1))

    def test_no_regular_file(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        (self.folder / "loop").symlink_to("loop")
        for path in (self.folder / "missing", self.folder, fifo, "/dev/null", "/dev/zero",
                     "/dev/stdin", self.folder / "loop", self.file(self.pem) / "y", "", " ",
                     "x" * 5000, self.folder / TOKEN):
            with self.subTest(path):
                self.troubled(path)
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        os.write(writing, self.pem.encode())
        os.close(writing)
        self.troubled(f"/dev/fd/{reading}", pass_fds=(reading,))

    def test_no_permission(self):
        path = self.file(self.pem)
        path.chmod(0)
        self.troubled(path, user=None if os.geteuid() else "nobody")

    def test_usable_forms(self):
        rows = {"as it is": self.pem, "CRLF": self.pem.replace("\n", "\r\n"),
                "text around": f"# A comment\nsubject=x\n{self.pem}\nmore text\n",
                "two": pathlib.Path(self.stranger.ca_file).read_text(encoding="ascii") + self.pem,
                "no last newline": self.pem.rstrip(),
                "with a key": pathlib.Path(self.directory / "ca/ca.key").read_text("ascii")
                              + self.pem,
                "an old label": self.pem.replace("CERTIFICATE", "X509 CERTIFICATE")}
        if not blackbox.GNUTLS:
            rows["OpenSSL's label"] = self.pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE")
        for name, content in blackbox.some(list(rows.items())):
            with self.subTest(name):
                self.api.clear()
                self.api.default_reply = Reply.json(blackbox.envelope())
                self.accepts(self.api, f"--ca-file={self.file(content)}")

    def test_the_last_counts_and_the_option_beats_the_environment(self):
        link = self.folder / "a link"
        link.symlink_to(self.authority.ca_file)
        self.accepts(self.api, "--ca-file", self.stranger.ca_file, "--ca-file", str(link),
                     env={"SSL_CERT_FILE": self.stranger.ca_file, "CURL_CA_BUNDLE": "/nonexistent",
                          "SSL_CERT_DIR": "/nonexistent"})

    def test_is_trusted_alone(self):
        """Not the system's bundle and not its directory, here as the environment moves them."""
        blackbox.add_to_directory(self.authority.ca_file, self.folder)
        self.refuses(self.api, "--ca-file", self.stranger.ca_file,
                     env={"SSL_CERT_FILE": self.authority.ca_file, "SSL_CERT_DIR": str(self.folder)})

    def test_is_checked_for_plain_http_too(self):
        with api_module.WolkvoxApi(tls=False) as plain:
            result = ask(f"http://127.0.0.1:{plain.port}", "--ca-file", str(self.folder / "no"))
            self.assertEqual((result.exit, plain.connections), (3, 0), result)


class Library(TlsCase):
    """What the TLS library is told, and what it must not do by itself."""

    def test_versions(self):
        """Outdated ones are refused also where the system's policy would let them pass."""
        policy = self.directory / "lax.cnf"
        policy.write_text("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = lax\n"
                          "[lax]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n")
        for name in ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"):
            version = ssl.TLSVersion[name]
            judged = self.refuses if version < ssl.TLSVersion.TLSv1_2 else self.accepts
            for env in ({}, {"OPENSSL_CONF": str(policy)}):
                with self.subTest(name, env=env):
                    judged(self.serve(min_tls=version, max_tls=version), *self.trusting, env=env)

    @unittest.skipIf(blackbox.GNUTLS, "this is about OpenSSL's configuration")
    def test_it_does_not_come_back(self):
        """OpenSSL waits for ever for the first byte of its configuration."""
        fifo = self.directory / "fifo"
        os.mkfifo(fifo)
        for args, state in (("-t1",), UNAVAILABLE), (("-t1:unknown",), "UNKNOWN"):
            result = ask("https://127.0.0.1:1", *args, env={"OPENSSL_CONF": str(fifo)})
            self.assertEqual(result.state, state, result)
            self.assertRegex(result.message, "^timeout: waited 1 s for ")
            self.assertLess(result.seconds, 1 + blackbox.SLACK)

    def test_keys_of_the_connection_are_not_written(self):
        for args in (self.trusting, ()):
            with self.subTest(args=args):
                path = self.directory / "keys"
                ask(self.serve().url, *args, env={"SSLKEYLOGFILE": str(path)})
                self.assertFalse(path.exists())

    @unittest.skipUnless(blackbox.LAZY_LIBRARIES, "GnuTLS reads it before the program begins")
    def test_nothing_is_told_on_standard_error(self):
        for name, value in (("GNUTLS_DEBUG_LEVEL", "9"), ("P11_KIT_DEBUG", "all")):
            with self.subTest(name):
                ask(self.serve().url, env={name: value})  # run() looks there


if __name__ == "__main__":
    blackbox.main()
