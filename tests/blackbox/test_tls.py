#!/usr/bin/env python3
"""TLS: whom the plugin trusts, and that nobody else ever gets the token (manual, OPTIONS, --ca-file)."""

import os
import pathlib
import ssl
import unittest

import blackbox
from blackbox import TOKEN

api_module = blackbox.load_api()

UNAVAILABLE = "WARNING"  # by --unavailable=warning, which every run is given
BEGIN, END = "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"


def ask(url, *args, **options):
    return blackbox.run("-H", url, "-o", "sales", "--unavailable=warning", *args, token=TOKEN, **options)


class TlsCase(blackbox.FilesCase):
    """One authority for all of a file's servers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority = blackbox.authority()
        cls.stranger = api_module.CertificateAuthority(name="a stranger")
        cls.trusting = ("--ca-file", cls.authority.ca_file)

    def serve(self, certificate="good", authority=None, **options):
        """A server that answers, until the test ends."""
        api = api_module.WolkvoxApi(certificate=certificate, authority=authority or self.authority,
                                    **options)
        api.default_reply = blackbox.answer()
        api.start()
        self.addCleanup(api.stop)
        return api

    def refuses(self, api, *args, url=None, **options):
        """The server is refused: unavailable, and nothing was asked."""
        result = ask(url or api.url, *args, **options)
        self.assertEqual((result.state, api.requests), (UNAVAILABLE, []), result)
        self.assertGreaterEqual(api.connections, 1)
        self.assertIsNone(result.perfdata_text)
        return result

    def accepts(self, api, *args, url=None, **options):
        result = ask(url or api.url, *args, **options)
        self.assertEqual(result.state, "OK", result)
        self.assertEqual([request.token for request in api.requests], [TOKEN])
        api.clear()
        api.default_reply = blackbox.answer()


class Certificates(TlsCase):

    def test_every_bad_kind(self):
        for kind in ("wrong-name", "expired", "not-yet-valid", "self-signed", "unknown-ca"):
            api = self.serve(kind)
            for args in (self.trusting, ()):
                with self.subTest(kind, args=args):
                    self.assertRegex(self.refuses(api, *args).message, "(?i)certificate|SSL|TLS")

    def test_who_is_trusted(self):
        good, own = self.serve(), self.serve("self-signed")
        self.accepts(good, *self.trusting)
        self.accepts(good, *self.trusting, url=f"https://127.0.0.1:{good.port}")
        self.accepts(own, "--ca-file", self.authority.certificate("self-signed")[0])
        self.refuses(good)
        self.refuses(good, "--ca-file", self.stranger.ca_file)
        self.refuses(self.serve(authority=self.stranger), *self.trusting)
        wrong = self.serve("wrong-name")
        self.refuses(wrong, *self.trusting, url=f"https://127.0.0.1:{wrong.port}")

    def test_no_variable_makes_it_careless(self):
        self.write("insecure\n", ".curlrc")
        self.refuses(self.serve(), env={
            "SSL_CERT_FILE": self.stranger.ca_file, "CURL_CA_BUNDLE": "", "CURL_INSECURE": "1",
            "GIT_SSL_NO_VERIFY": "1", "PYTHONHTTPSVERIFY": "0", "HOME": self.directory})

    def test_plain_http_on_either_side(self):
        plain, secure = self.serve(tls=False), self.serve()
        self.refuses(plain, *self.trusting, url=f"https://localhost:{plain.port}")
        self.refuses(secure, url=f"http://127.0.0.1:{secure.port}")


class CaFile(TlsCase):
    """unit/test_ca_file.c has what is found in a file."""

    def setUp(self):
        super().setUp()
        self.api = self.serve()
        self.pem = pathlib.Path(self.authority.ca_file).read_text(encoding="ascii")

    def troubled(self, path, connections=(0,), **options):
        """Exit 3 before any connection, or at least before a request."""
        result = ask(self.api.url, f"--ca-file={path}", **options)
        self.assertEqual((result.state, len(result.lines), self.api.requests), ("UNKNOWN", 1, []), result)
        self.assertIn(self.api.connections, connections, result)
        self.assertIsNone(result.perfdata_text)
        return result

    def test_no_pem(self):
        key = pathlib.Path(self.authority.certificate("good")[1]).read_text(encoding="ascii")
        for content in ("", "this is no certificate\n", bytes(5000), ssl.PEM_cert_to_DER_cert(self.pem), key,
                        self.pem[len(BEGIN):], self.pem.replace("CERTIFICATE", "SOMETHING")):
            with self.subTest(content[:40]):
                self.assertIn("ca.pem", self.troubled(self.write(content, "ca.pem")).message)

    def test_broken_pem(self):
        """The TLS library says so when it comes to use, which may be after the connection."""
        inside = self.pem[len(BEGIN):-len(END)]
        for content in blackbox.some((
                BEGIN + inside, BEGIN + END, BEGIN, BEGIN + "!" * 64 + "\n" + END,
                BEGIN + "QUJDREVGRw==\n" + END, BEGIN + inside[:200] + "\n" + END,
                self.pem.replace("CERTIFICATE", "CERTIFICATE REQUEST"),
                self.pem + BEGIN + inside[:100] + "\n" + END)):
            with self.subTest(content):
                self.troubled(self.write(content), connections=range(10))

    def test_no_regular_file(self):
        fifo, loop = (pathlib.Path(self.directory, name) for name in ("fifo", "loop"))
        os.mkfifo(fifo)
        loop.symlink_to("loop")
        for path in ("/nonexistent", self.directory, fifo, "/dev/null", "/dev/zero", "/dev/stdin", loop,
                     self.write(self.pem) + "/y", "x" * 5000, f"{self.directory}/{TOKEN}"):
            with self.subTest(path):
                self.troubled(path)
        with blackbox.feeding(self.pem.encode()) as pipe:
            self.troubled(f"/dev/fd/{pipe}", pass_fds=(pipe,))
        self.troubled(self.write(self.pem, mode=0), user=None if os.geteuid() else "nobody")

    def test_usable_forms(self):
        rows = [self.pem.replace("\n", "\r\n"), f"# A comment\nsubject=x\n{self.pem}\nmore text\n",
                pathlib.Path(self.stranger.ca_file).read_text(encoding="ascii") + self.pem.rstrip(),
                pathlib.Path(self.authority.ca_file).with_name("ca.key").read_text("ascii") + self.pem,
                self.pem.replace("CERTIFICATE", "X509 CERTIFICATE")]
        if not blackbox.GNUTLS:
            rows.append(self.pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"))
        for content in blackbox.some(rows):
            with self.subTest(content):
                self.accepts(self.api, f"--ca-file={self.write(content)}")

    def test_the_last_counts_and_the_option_beats_the_environment(self):
        link = pathlib.Path(self.directory, "a link")
        link.symlink_to(self.authority.ca_file)
        self.accepts(self.api, "--ca-file", self.stranger.ca_file, "--ca-file", str(link),
                     env={"SSL_CERT_FILE": self.stranger.ca_file, "CURL_CA_BUNDLE": "/nonexistent",
                          "SSL_CERT_DIR": "/nonexistent"})

    def test_is_trusted_alone(self):
        """Not the system's bundle and not its directory, here as the environment moves them."""
        blackbox.add_to_directory(self.authority.ca_file, self.directory)
        self.refuses(self.api, "--ca-file", self.stranger.ca_file,
                     env={"SSL_CERT_FILE": self.authority.ca_file, "SSL_CERT_DIR": self.directory})

    def test_is_checked_for_plain_http_too(self):
        self.api = self.serve(tls=False)
        self.troubled("/nonexistent")


class Library(TlsCase):
    """What the TLS library is told, and what it must not do by itself."""

    def test_versions(self):
        """Outdated ones are refused also where the system's policy would let them pass."""
        policy = self.openssl_policy("MinProtocol = TLSv1", "CipherString = DEFAULT@SECLEVEL=0")
        for name in ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"):
            version = ssl.TLSVersion[name]
            judged = self.refuses if version < ssl.TLSVersion.TLSv1_2 else self.accepts
            for env in ({}, policy):
                with self.subTest(name, env=env):
                    judged(self.serve(tls_version=version), *self.trusting, env=env)

    @unittest.skipIf(blackbox.GNUTLS, "this is about OpenSSL's configuration")
    def test_it_cannot_start(self):
        """That is this machine's trouble, not the API's."""
        result = ask(self.serve().url, env=self.openssl_policy("MinProtocol = TLSv1.3", "Ciphersuites ="))
        self.assertEqual(result.state, "UNKNOWN", result)

    @unittest.skipIf(blackbox.GNUTLS, "this is about OpenSSL's configuration")
    def test_it_does_not_come_back(self):
        """OpenSSL waits for ever for the first byte of its configuration."""
        fifo = os.path.join(self.directory, "fifo")
        os.mkfifo(fifo)
        for args, state in (("-t1",), UNAVAILABLE), (("-t1:unknown",), "UNKNOWN"):
            result = ask("https://127.0.0.1:1", *args, env={"OPENSSL_CONF": fifo})
            self.assert_timeout(result, 1, "", state)

    @unittest.skipUnless(blackbox.LAZY_LIBRARIES, "GnuTLS reads it before the program begins")
    def test_nothing_is_told_on_standard_error(self):
        for name, value in (("GNUTLS_DEBUG_LEVEL", "9"), ("P11_KIT_DEBUG", "all")):
            with self.subTest(name):
                ask(self.serve().url, env={name: value})  # run() looks there


if __name__ == "__main__":
    blackbox.main()
