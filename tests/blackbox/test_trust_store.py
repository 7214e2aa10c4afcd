#!/usr/bin/env python3
"""Without --ca-file libcurl's CA directory is asked first, and its whole trust store only where an
issuer is not in the directory. What is accepted is the same as by libcurl alone, and the token is
sent at most once. The machine's trust store is replaced by a preloaded library."""

import pathlib
import shutil
import tempfile
import unittest

import blackbox

api = blackbox.load_api()
SHIM = pathlib.Path(blackbox.PLUGIN).parent / "tests/preload/trust_store.so"
DEBIAN_BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
@unittest.skipUnless(DEBIAN_BUNDLE.exists(), "not Debian's trust store")
class TrustStore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.ours = api.CertificateAuthority(name="ours")
        cls.addClassCleanup(cls.ours.close)
        cls.other = api.CertificateAuthority(name="other")
        cls.addClassCleanup(cls.other.close)
        cls.directories = {
            "ours": cls.directory("ours", cls.ours.ca_file),
            "other": cls.directory("other", cls.other.ca_file),
            "empty": cls.directory("empty", None),
        }

    @classmethod
    def directory(cls, name, certificate):
        folder = cls.folder / name
        folder.mkdir()
        if certificate is not None:
            blackbox.add_to_directory(certificate, folder)
        return folder

    def ask(self, kind, directory, bundle, *args):
        """Gives the result, and how often the server saw a connection and a request."""
        token = api.Token("abc", "sales", 4800)
        environment = {
            "LD_PRELOAD": str(SHIM),
            "TRUST_DIRECTORY": str(self.directories[directory]),
            "TRUST_BUNDLE": str(bundle.ca_file),
        }
        with api.WolkvoxApi([token], certificate=kind, authority=self.ours) as server:
            result = blackbox.run("-H", server.url, "-o", "sales", *args, token="abc",
                                  env=environment)
            return result, server.connections, len(server.requests)

    @unittest.skipUnless(blackbox.GNUTLS, "this is about libcurl with GnuTLS")
    def test_gnutls_is_left_alone(self):
        """Its trust store is read as it comes, and there is never a second try."""
        cases = [
            # certificate, directory and bundle -> state, requests
            ("good", "ours", self.ours, "OK", 1),
            ("good", "other", self.other, "CRITICAL", 0),
            ("unknown-ca", "ours", self.ours, "CRITICAL", 0),
            ("expired", "ours", self.ours, "CRITICAL", 0),
            ("wrong-name", "ours", self.ours, "CRITICAL", 0),
            ("self-signed", "ours", self.ours, "CRITICAL", 0),
        ]
        for kind, directory, bundle, state, requests in cases:
            with self.subTest(certificate=kind, directory=directory, bundle=bundle.ca_file):
                result, handshakes, answered = self.ask(kind, directory, bundle)
                self.assertEqual((result.state, handshakes, answered), (state, 1, requests))

    @unittest.skipIf(blackbox.GNUTLS, "this is about libcurl with OpenSSL")
    @unittest.skipUnless(blackbox.SHIMS, "open() and stat() have other names")
    def test_which_certificates_are_accepted(self):
        cases = [
            # certificate, directory, bundle -> state, handshakes, requests
            ("good", "ours", self.other, "OK", 1, 1),
            ("good", "other", self.ours, "OK", 2, 1),
            ("good", "empty", self.ours, "OK", 1, 1),
            ("good", "other", self.other, "CRITICAL", 2, 0),
            ("unknown-ca", "ours", self.ours, "CRITICAL", 2, 0),
            ("expired", "ours", self.ours, "CRITICAL", 1, 0),
            ("wrong-name", "ours", self.ours, "CRITICAL", 1, 0),
            ("self-signed", "ours", self.ours, "CRITICAL", 1, 0),
        ]
        for kind, directory, bundle, state, handshakes, requests in cases:
            with self.subTest(certificate=kind, directory=directory, bundle=bundle.ca_file):
                result, seen, answered = self.ask(kind, directory, bundle)
                self.assertEqual((result.state, seen, answered), (state, handshakes, requests))

    def test_a_ca_file_is_all_that_is_trusted(self):
        """Neither the directory nor the bundle counts beside it."""
        result, seen, answered = self.ask("good", "ours", self.ours,
                                          f"--ca-file={self.other.ca_file}")
        self.assertEqual((result.state, seen, answered), ("CRITICAL", 1, 0), result)
        result, seen, answered = self.ask("good", "other", self.other,
                                          f"--ca-file={self.ours.ca_file}")
        self.assertEqual((result.state, seen, answered), ("OK", 1, 1), result)


if __name__ == "__main__":
    blackbox.main()
