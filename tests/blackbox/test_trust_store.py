#!/usr/bin/env python3
"""Without --ca-file libcurl's CA directory is asked first, and its whole trust store only where an
issuer is not in the directory. What is accepted is the same as by libcurl alone, and the token is
sent at most once. The machine's trust store is replaced by a preloaded library."""

import pathlib
import tempfile
import unittest

import blackbox

api = blackbox.load_api()
DEBIAN_BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
@unittest.skipUnless(DEBIAN_BUNDLE.exists(), "not Debian's trust store")
class TrustStore(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.bundles = {}
        for name in ("ours", "other"):
            authority = api.CertificateAuthority(cls.folder / f"{name}-ca", name)
            cls.bundles[name] = authority.ca_file
            (cls.folder / name).mkdir()
            blackbox.add_to_directory(authority.ca_file, cls.folder / name)
        (cls.folder / "empty").mkdir()
        (cls.folder / "unhashed").mkdir()
        for name in ("deadbeef.pem", "deadbeef.r0", "deadbeef"):
            (cls.folder / "unhashed" / name).touch()

    def check(self, rows):
        """Rows of certificate, directory, bundle, options; state, handshakes, requests."""
        for kind, directory, bundle, args, *expected in rows:
            authority = api.CertificateAuthority(self.folder / "ours-ca")
            with self.subTest(kind, directory=directory, bundle=bundle, args=args), \
                    api.WolkvoxApi([api.Token("abc", "sales", 4800)], certificate=kind,
                                   authority=authority) as server:
                env = blackbox.preloaded("trust_store", TRUST_DIRECTORY=self.folder / directory,
                                         TRUST_BUNDLE=self.bundles[bundle])
                result = blackbox.run("-H", server.url, "-o", "sales", *args, token="abc", env=env)
                self.assertEqual([result.state, server.connections, len(server.requests)], expected)

    @unittest.skipUnless(blackbox.GNUTLS, "this is about libcurl with GnuTLS")
    def test_gnutls_is_left_alone(self):
        """Its trust store is read as it comes, and there is never a second try."""
        self.check([("good", "ours", "ours", (), "OK", 1, 1),
                    ("good", "other", "other", (), "CRITICAL", 1, 0),
                    *((kind, "ours", "ours", (), "CRITICAL", 1, 0) for kind in
                      ("unknown-ca", "expired", "wrong-name", "self-signed"))])

    @unittest.skipIf(blackbox.GNUTLS, "this is about libcurl with OpenSSL")
    @unittest.skipUnless(blackbox.SHIMS, "open() and stat() have other names")
    def test_which_certificates_are_accepted(self):
        self.check([("good", "ours", "other", (), "OK", 1, 1),
                    ("good", "other", "ours", (), "OK", 2, 1),
                    ("good", "empty", "ours", (), "OK", 1, 1),
                    ("good", "unhashed", "ours", (), "OK", 1, 1),
                    ("good", "other", "other", (), "CRITICAL", 2, 0),
                    ("unknown-ca", "ours", "ours", (), "CRITICAL", 2, 0),
                    *((kind, "ours", "ours", (), "CRITICAL", 1, 0) for kind in
                      ("expired", "wrong-name", "self-signed"))])

    def test_a_ca_file_is_all_that_is_trusted(self):
        """Neither the directory nor the bundle counts beside it."""
        self.check([("good", "ours", "ours", (f"--ca-file={self.bundles['other']}",), "CRITICAL", 1, 0),
                    ("good", "other", "other", (f"--ca-file={self.bundles['ours']}",), "OK", 1, 1)])


if __name__ == "__main__":
    blackbox.main()
