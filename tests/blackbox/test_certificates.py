#!/usr/bin/env python3
"""Which certificates, chains and names are taken, and that no weak cipher is offered.

Expired and self-signed ones, foreign authorities and the versions of TLS are in test_tls.py. What
is left to the library, because libraries differ in it and none is wrong, is EITHER here; a run is
held to the promises for all runs then, too.
"""

import contextlib
import os
import pathlib
import shutil
import ssl
import struct
import subprocess
import tempfile
import unittest

import blackbox

api_module = blackbox.load_api()
Reply = api_module.Reply

TOKEN = "c3rt1f1cate-token-0123456789abcdef"
UNAVAILABLE = "WARNING"  # by --unavailable=warning, which every run is given
SECONDS = 20 if blackbox.PLUGIN_WRAPPER else 5
ACCEPTED, REFUSED, EITHER = "accepted", "refused", "either"
# What GnuTLS, or libcurl with it, may see otherwise.
BY_OPENSSL = EITHER if blackbox.GNUTLS else ACCEPTED
REFUSED_BY_OPENSSL = EITHER if blackbox.GNUTLS else REFUSED

CA = "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"
NO_CA = "basicConstraints=critical,CA:FALSE"
SERVER = NO_CA, "extendedKeyUsage=serverAuth"
LOCAL = "subjectAltName=DNS:localhost,IP:127.0.0.1"
PAST = "20200101000000Z", "20210101000000Z"
ALWAYS = "20200101000000Z", "20991231235959Z"
EC_KEY = "ec", "-pkeyopt", "ec_paramgen_curve:P-256"

CONFIGURATION = """\
[req]
distinguished_name = no_questions
[no_questions]
[ca]
default_ca = mint
[mint]
database = index.txt
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
default_crl_days = 3650
[any]
commonName = optional
"""
LAX_POLICY = """\
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = policy
[policy]
CipherString = ALL:COMPLEMENTOFALL:@SECLEVEL={level}
"""


class Certificate:
    """A certificate and its key; `issuer` is None where it signed itself.

    A twin has the key, and the request for a certificate, of another one.
    """

    def __init__(self, stem, issuer, twin):
        self.pem = f"{stem}.pem"
        self.key = twin.key if twin else f"{stem}.key"
        self.request = twin.request if twin else f"{stem}.csr"
        self.issuer = issuer

    @property
    def text(self):
        return pathlib.Path(self.pem).read_text(encoding="ascii")


class Mint:
    """Makes certificates that say whatever they are told to say."""

    def __init__(self, directory):
        self._directory = directory
        self._count = 0
        (directory / "openssl.cnf").write_text(CONFIGURATION)
        (directory / "index.txt").touch()

    def sign(self, issuer, *extensions, name="localhost", dates=ALWAYS, digest="sha256",
             key=EC_KEY, twin=None):
        """A new certificate; issuer None: of itself."""
        self._count += 1
        made = Certificate(self._directory / str(self._count), issuer, twin)
        if twin is None:
            self._openssl("req", "-new", "-newkey", *key, "-nodes", "-keyout", made.key,
                          "-subj", "/CN=none", "-out", made.request)
        signer = issuer or made
        extensions += ("subjectKeyIdentifier=hash",)
        extensions += ("authorityKeyIdentifier=keyid",) if issuer else ()
        (self._directory / "extensions").write_text("\n".join(extensions))
        by = ("-cert", signer.pem) if issuer else ("-selfsign",)
        self._openssl("ca", "-batch", "-notext", "-in", made.request, "-out", made.pem, *by,
                      "-subj", f"/CN={name}",
                      "-keyfile", signer.key, "-md", digest, "-extfile", "extensions",
                      "-startdate", dates[0], "-enddate", dates[1])
        return made

    def revoke(self, certificate):
        """The issuer's list of what is revoked, with this one on it, as PEM."""
        by = ("-cert", certificate.issuer.pem, "-keyfile", certificate.issuer.key)
        self._openssl("ca", "-revoke", certificate.pem, *by)
        self._openssl("ca", "-gencrl", *by, "-out", "crl.pem")
        return (self._directory / "crl.pem").read_text(encoding="ascii")

    def file(self, name, *certificates):
        """The certificates in a file, in this order."""
        path = self._directory / name
        path.write_text("".join(certificate.text for certificate in certificates))
        return str(path)

    def _openssl(self, command, *arguments):
        done = subprocess.run(["openssl", command, "-config", "openssl.cnf", *map(str, arguments)],
                              cwd=self._directory, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise OSError(f"openssl {command} failed: {done.stdout.decode(errors='replace')}")


class Server(api_module.WolkvoxApi):
    """The stand-in with TLS as told: a server that has no scruples of its own."""

    def __init__(self, certificate, key, ciphers="ALL:COMPLEMENTOFALL:@SECLEVEL=0", highest=None):
        super().__init__(tls=False)
        self.scheme = "https"
        self.default_reply = Reply.json(blackbox.envelope())
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_ciphers(ciphers)
        if highest:
            self._context.maximum_version = highest
        if certificate:
            self._context.load_cert_chain(certificate, key)

    def start(self):
        api_module.LoopbackServer.start(self)


class CertificateCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="test-certificates-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.mint = Mint(cls.directory)
        cls.root = cls.mint.sign(None, *CA, name="root")
        cls.any_leaf = cls.mint.sign(cls.root, *SERVER, LOCAL)
        cls.proxy = blackbox.Proxy()
        cls.proxy.start()
        cls.addClassCleanup(cls.proxy.stop)

    def sign_leaf(self, issuer, *extensions, **options):
        """A server's certificate; leaves share a key, which saves time."""
        return self.mint.sign(issuer, *SERVER, *extensions, twin=self.any_leaf, **options)

    def run_against(self, server, host, trusted, **options):
        """Asks for `host`, which the proxy takes for this machine."""
        ca_file = trusted if isinstance(trusted, str) else trusted.pem
        return blackbox.run("-H", f"https://{host}:{server.port}", "-o", "sales", f"-t{SECONDS}",
                            "--unavailable=warning", "--ca-file", ca_file,
                            "--proxy", self.proxy.url, token=TOKEN, **options)

    def judge(self, outcome, leaf, *others, host="localhost", trusted=None, reason=None,
              highest=None, **options):
        """A server shows a certificate and others behind it: is it taken?

        reason  what OpenSSL's message says of it; GnuTLS has words of its own
        """
        chain = self.mint.file("chain.pem", leaf, *others)
        with Server(chain, leaf.key, highest=highest) as server:
            result = self.run_against(server, host, trusted or self.root, **options)
            self.assertEqual(server.connections, 1, result)
            tokens = [request.token for request in server.requests]
        self.assertLess(result.seconds, SECONDS, result)
        if outcome == EITHER:
            self.assertIn(result.state, ("OK", UNAVAILABLE), result)
            outcome = ACCEPTED if result.state == "OK" else REFUSED
        if outcome == ACCEPTED:
            self.assertEqual((result.state, tokens), ("OK", [TOKEN]), result)
        else:
            self.assertEqual((result.state, tokens), (UNAVAILABLE, []), result)
            self.assertRegex(result.message, "(?i)cert|SSL|TLS" + ("|asn1" if blackbox.OLD_LIBRARIES else ""))
            if reason and not blackbox.GNUTLS:
                self.assertRegex(result.message, f"(?i){reason}")
        return result


class Names(CertificateCase):

    def names(self, rows):
        """Rows of what the certificate says, a host, and whether that is one."""
        made = {}
        for names, host, outcome in blackbox.some(rows):
            with self.subTest(names, host=host):
                if names not in made:
                    made[names] = self.sign_leaf(self.root, f"subjectAltName={names}",
                                                 name="none")
                self.judge(outcome, made[names], host=host)

    def test_wildcards(self):
        star = "DNS:*.wolk.example"
        self.names((
            (star, "a.wolk.example", ACCEPTED),
            (star, "A.WOLK.Example", ACCEPTED),
            (star, "wolk.example", REFUSED),
            (star, "a.b.wolk.example", REFUSED),
            (star, "awolk.example", REFUSED),
            (star, "a.wolk.example.evil.example", REFUSED),
            (star, "a.xwolk.example", REFUSED),
            (star, "xn--bcher-kva.wolk.example", EITHER),
            ("DNS:*", "wolk.example", REFUSED),
            ("DNS:*", "localhost", REFUSED),
            ("DNS:*.", "wolk.example", REFUSED),
            ("DNS:*.*", "wolk.example", REFUSED),
            ("DNS:*.example", "wolk.example", REFUSED),
            ("DNS:*.*.example", "a.wolk.example", REFUSED),
            ("DNS:a.*.example", "a.wolk.example", REFUSED),
            ("DNS:a.*", "a.wolk.example", REFUSED),
            ("DNS:**.wolk.example", "a.wolk.example", REFUSED),
            ("DNS:f*o.wolk.example", "foo.wolk.example", EITHER),
            ("DNS:f*.wolk.example", "foo.wolk.example", EITHER),
            ("DNS:f*o.wolk.example", "f.oo.wolk.example", REFUSED),
            ("DNS:*o.wolk.example", "bar.wolk.example", REFUSED),
            ("DNS:xn--*.wolk.example", "xn--bcher-kva.wolk.example", EITHER),
        ))

    def test_addresses(self):
        rows = [
            ("IP:127.0.0.1", "127.0.0.1", ACCEPTED), ("IP:127.0.0.2", "127.0.0.1", REFUSED),
            ("IP:127.0.0.1", "localhost", REFUSED), ("DNS:localhost", "127.0.0.1", REFUSED),
            ("DNS:127.0.0.1", "127.0.0.1", REFUSED_BY_OPENSSL),
            ("DNS:*.0.0.1", "127.0.0.1", REFUSED), ("DNS:*", "127.0.0.1", REFUSED),
            ("IP:::1", "[::1]", ACCEPTED), ("IP:::ffff:127.0.0.1", "127.0.0.1", REFUSED),
            ("IP:::127.0.0.1", "127.0.0.1", REFUSED), ("IP:::2", "[::1]", REFUSED),
            ("URI:https://127.0.0.1/", "127.0.0.1", REFUSED),
            ("IP:10.0.0.1,IP:127.0.0.1", "127.0.0.1", ACCEPTED),
            (der_names((7, bytes([127, 0, 0]))), "127.0.0.1", REFUSED),
            (der_names((7, bytes([127, 0, 0, 1, 0]))), "127.0.0.1", REFUSED),
            (der_names((7, b"127.0.0.1")), "127.0.0.1", REFUSED),
            (der_names((7, bytes([127, 0, 0, 0, 255, 255, 255, 0]))), "127.0.0.1", REFUSED),
        ]
        self.names(rows)

    def test_other_odd_ones(self):
        many = ",".join(f"DNS:n{number}.wolk.example" for number in range(1000))
        self.names((
            ("DNS:WOLK.Example", "wolk.example", ACCEPTED),
            ("DNS:wolk.example", "wolk.example.", ACCEPTED),
            ("DNS:wolk.example.", "wolk.example", EITHER),
            ("DNS:.wolk.example", "a.wolk.example", REFUSED),
            ("DNS:wolk.example", "a.wolk.example", REFUSED),
            ("DNS:a.wolk.example", "wolk.example", REFUSED),
            ("DNS:wolk", "wolk.example", REFUSED),
            ("DNS: wolk.example", "wolk.example", EITHER),  # openssl may drop the space
            ("DNS:wolk.example/", "wolk.example", REFUSED),
            ("DNS:wolk.example:443", "wolk.example", REFUSED),
            ("DNS:https\\://wolk.example", "wolk.example", REFUSED),
            ("email:jane@wolk.example", "wolk.example", REFUSED),
            ("URI:https://wolk.example/", "wolk.example", REFUSED),
            ("RID:1.2.3.4", "wolk.example", REFUSED),
            (many, "n999.wolk.example", ACCEPTED), (many, "n1000.wolk.example", REFUSED),
            (der_names((2, b"wolk.example\0.evil.example")), "wolk.example", REFUSED),
            (der_names((2, b"wolk.example\0")), "wolk.example", REFUSED),
            (der_names((2, b"\0wolk.example")), "wolk.example", REFUSED),
            (der_names((2, b"*.wolk.example\0.evil.example")), "a.wolk.example", REFUSED),
            (der_names((2, b"wolk.example\n")), "wolk.example", REFUSED),
            (der_names((2, b"")), "wolk.example", REFUSED),
            (der_names((2, b"\x1b[2J|a=1\xff")), "wolk.example", REFUSED),
            (der_names((2, b"x" * 20000)), "wolk.example", REFUSED),
            (der_names((2, b"evil\0"), (2, b"wolk.example")), "wolk.example", EITHER),
        ))

    def test_common_name(self):
        """An alternative name of the host's kind takes the common name's place."""
        for extensions, name, host, outcome in blackbox.some((
                ((), "wolk.example", "wolk.example", EITHER),
                ((), "127.0.0.1", "127.0.0.1", EITHER),
                ((), "other.example", "wolk.example", REFUSED), ((), "*", "wolk.example", REFUSED),
                ((), "wolk.example evil", "wolk.example", REFUSED),
                (("subjectAltName=DNS:other.example",), "wolk.example", "wolk.example", REFUSED),
                (("subjectAltName=DNS:wolk.example",), "evil.example", "wolk.example", ACCEPTED),
                (("subjectAltName=IP:127.0.0.2",), "127.0.0.1", "127.0.0.1", REFUSED),
                (("subjectAltName=email:a@b.example",), "wolk.example", "wolk.example", EITHER)
        ), 3):
            with self.subTest(name, extensions=extensions):
                self.judge(outcome, self.sign_leaf(self.root, *extensions, name=name),
                           host=host)


def der_names(*names):
    """What openssl would not write: alternative names as (tag, bytes)."""
    content = b"".join(tagged(0x80 | tag, value) for tag, value in names)
    return "DER:" + tagged(0x30, content).hex()


def tagged(tag, content):
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


class Chains(CertificateCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.upper = cls.mint.sign(cls.root, *CA, name="upper")
        cls.lower = cls.mint.sign(cls.upper, *CA, name="lower")
        cls.leaf = cls.mint.sign(cls.lower, *SERVER, LOCAL)
        cls.stranger = cls.mint.sign(None, *CA, name="stranger")

    def below(self, *extensions, **options):
        """A leaf below an intermediate of such a kind, and that intermediate."""
        issuer = self.mint.sign(self.root, *extensions, name="intermediate", **options)
        return self.sign_leaf(issuer, LOCAL), issuer

    def test_what_is_sent_along(self):
        rows = (
            ("all", ACCEPTED, (self.lower, self.upper)),
            ("none", REFUSED, ()),
            ("the lower one missing", REFUSED, (self.upper,)),
            ("the upper one missing", REFUSED, (self.lower,)),
            ("wrong order", BY_OPENSSL, (self.upper, self.lower)),
            ("the root too", ACCEPTED, (self.lower, self.upper, self.root)),
            ("the root first", BY_OPENSSL, (self.root, self.upper, self.lower)),
            ("twice", BY_OPENSSL, (self.lower, self.lower, self.upper, self.upper)),
            ("another's between", BY_OPENSSL, (self.lower, self.stranger, self.upper)),
            ("itself again", BY_OPENSSL, (self.leaf, self.lower, self.upper)),
            ("another's only", REFUSED, (self.stranger,)))
        for name, outcome, others in blackbox.some(rows, 3):
            with self.subTest(name):
                self.judge(outcome, self.leaf, *others)

    def test_what_is_trusted(self):
        everything = self.mint.file("everything.pem", self.lower, self.upper, self.root)
        self.judge(ACCEPTED, self.leaf, trusted=everything)
        with self.subTest("the intermediate alone"):
            self.judge(EITHER, self.leaf, trusted=self.lower)
        with self.subTest("the certificate itself"):
            self.judge(EITHER, self.leaf, trusted=self.leaf)
        with self.subTest("a sibling"):
            sibling = self.sign_leaf(self.lower, LOCAL)
            self.judge(REFUSED, self.leaf, trusted=sibling)
        with self.subTest("a stranger's root that is sent along"):
            leaf = self.sign_leaf(self.stranger, LOCAL)
            self.judge(REFUSED, leaf, self.stranger, reason="self.signed")

    def test_intermediates_that_may_not_sign(self):
        for name, extensions, outcome in blackbox.some((
                ("no CA", (NO_CA,), REFUSED),
                ("no CA, may sign", (NO_CA, "keyUsage=critical,keyCertSign"), REFUSED),
                ("silent about it", (), REFUSED),
                ("a CA that may not sign", (CA[0], "keyUsage=critical,digitalSignature"), REFUSED),
                ("not for servers", (*CA, "extendedKeyUsage=clientAuth"), REFUSED_BY_OPENSSL),
                ("for servers", (*CA, "extendedKeyUsage=serverAuth,clientAuth"), ACCEPTED),
                ("without key usage", CA[:1], ACCEPTED)), 3):
            with self.subTest(name):
                self.judge(outcome, *self.below(*extensions))

    def test_a_leaf_that_signs(self):
        """The old hole: any certificate of a server was as good as an authority."""
        evil = self.sign_leaf(self.leaf, LOCAL)
        self.judge(REFUSED, evil, self.leaf, self.lower, self.upper)

    def test_path_length(self):
        for length, outcome in ((0, REFUSED), (1, ACCEPTED), (2, ACCEPTED)):
            upper = self.mint.sign(self.root, f"{CA[0]},pathlen:{length}", CA[1], name="limited")
            lower = self.mint.sign(upper, *CA, name="below")
            leaf = self.sign_leaf(lower, LOCAL)
            with self.subTest(length):
                self.judge(outcome, leaf, lower, upper, reason="path length")
        with self.subTest("a leaf right below"):
            self.judge(ACCEPTED, *self.below(f"{CA[0]},pathlen:0", CA[1]))

    def test_dates(self):
        with self.subTest("an intermediate"):
            self.judge(REFUSED, *self.below(*CA, dates=PAST), reason="expired")
        with self.subTest("an intermediate, not yet"):
            self.judge(REFUSED, *self.below(*CA, dates=("20980101000000Z", ALWAYS[1])),
                       reason="not yet")
        with self.subTest("the root"):
            root = self.mint.sign(None, *CA, name="old", dates=PAST)
            self.judge(REFUSED_BY_OPENSSL, self.sign_leaf(root, LOCAL), trusted=root,
                       reason="expired")

    def test_cross_signed(self):
        """One key, two issuers: a way to a trusted root is found past the other one."""
        twin = self.mint.sign(self.stranger, *CA, name="upper", twin=self.upper)
        old = self.mint.sign(None, *CA, name="old", dates=PAST)
        expired = self.mint.sign(old, *CA, name="root", twin=self.root)
        impostor = self.mint.sign(self.stranger, *CA, name="upper")
        rows = (
            ("by the trusted one, then the other", ACCEPTED, (self.lower, self.upper, twin)),
            ("by the other one, then the trusted", EITHER, (self.lower, twin, self.upper)),
            ("by the other one only", REFUSED, (self.lower, twin)),
            ("the root by one that has expired", BY_OPENSSL, (self.lower, self.upper, expired)),
            ("and that one", BY_OPENSSL, (self.lower, self.upper, expired, old)),
            ("a namesake with another key", REFUSED, (self.lower, impostor)))
        for name, outcome, others in blackbox.some(rows, 3):
            with self.subTest(name):
                self.judge(outcome, self.leaf, *others)

    def test_a_namesake_of_the_root(self):
        impostor = self.mint.sign(None, *CA, name="root")
        self.judge(REFUSED, self.sign_leaf(impostor, LOCAL), impostor)

    def test_a_signature_that_is_wrong(self):
        broken = self.sign_leaf(self.lower, LOCAL)
        der = bytearray(ssl.PEM_cert_to_DER_cert(broken.text))
        der[-1] ^= 1
        pathlib.Path(broken.pem).write_text(ssl.DER_cert_to_PEM_cert(bytes(der)), encoding="ascii")
        self.judge(REFUSED, broken, self.lower, self.upper)

    def test_name_constraints(self):
        permitted = "nameConstraints=critical,permitted;DNS:wolk.example"
        excluded = "nameConstraints=critical,excluded;DNS:wolk.example"
        address = "nameConstraints=critical,permitted;IP:127.0.0.0/255.0.0.0"
        for constraint, names, host, outcome in blackbox.some((
                (permitted, "DNS:wolk.example", "wolk.example", ACCEPTED),
                (permitted, "DNS:a.wolk.example", "a.wolk.example", ACCEPTED),
                (permitted, "DNS:evil.example", "evil.example", REFUSED),
                (permitted, "DNS:xwolk.example", "xwolk.example", REFUSED),
                (permitted, "DNS:wolk.example,DNS:evil.example", "wolk.example", REFUSED),
                (permitted, "DNS:*.example", "wolk.example", REFUSED),
                (excluded, "DNS:other.example", "other.example", ACCEPTED),
                (excluded, "DNS:a.wolk.example", "a.wolk.example", REFUSED),
                (excluded, "DNS:A.WOLK.EXAMPLE", "a.wolk.example", REFUSED_BY_OPENSSL),
                (address, "IP:127.0.0.1", "127.0.0.1", ACCEPTED),
                (address, "IP:10.0.0.1", "10.0.0.1", REFUSED))):
            issuer = self.mint.sign(self.root, *CA, constraint, name="constrained")
            leaf = self.sign_leaf(issuer, f"subjectAltName={names}", name="none")
            with self.subTest(constraint, names=names):
                self.judge(outcome, leaf, issuer, host=host)

    def test_usage(self):
        for name, extensions, outcome in blackbox.some((
                ("for clients", (NO_CA, "extendedKeyUsage=clientAuth"),
                 REFUSED_BY_OPENSSL),
                ("for mail and code", (NO_CA, "extendedKeyUsage=emailProtection,codeSigning"),
                 REFUSED_BY_OPENSSL),
                ("for anything", (NO_CA, "extendedKeyUsage=anyExtendedKeyUsage"), EITHER),
                ("for both", (NO_CA, "extendedKeyUsage=clientAuth,serverAuth"), ACCEPTED),
                ("no word of it", (NO_CA,), ACCEPTED),
                ("a key for signing lists", (*SERVER, "keyUsage=critical,cRLSign"),
                 REFUSED_BY_OPENSSL),
                ("a key for signatures", (*SERVER, "keyUsage=critical,digitalSignature"), ACCEPTED),
                ("critical and unheard of", (*SERVER, "1.2.3.4=critical,ASN1:UTF8String:x"),
                 REFUSED),
                ("unheard of", (*SERVER, "1.2.3.4=ASN1:UTF8String:x"), ACCEPTED),
                ("a CA as a server", CA, EITHER)), 3):
            with self.subTest(name):
                self.judge(outcome, self.mint.sign(self.root, *extensions, LOCAL))

    def test_size(self):
        """Chains and certificates of more than a server has ever needed."""
        issuer = self.root
        chain = []
        for number in range(12):
            issuer = self.mint.sign(issuer, *CA, name=f"level {number}")
            chain.insert(0, issuer)
        with self.subTest("12 levels"):
            self.judge(EITHER, self.sign_leaf(issuer, LOCAL), *chain)
        with self.subTest("100 certificates"):
            self.judge(EITHER, self.leaf, *[self.lower, self.upper] * 50)
        with self.subTest("1000 certificates"):
            self.judge(REFUSED, self.leaf, *[self.lower, self.upper] * 500)
        with self.subTest("a certificate of 300 KB"):
            huge = self.sign_leaf(self.root, LOCAL,
                                  "1.2.3.4=DER:" + tagged(4, bytes(300000)).hex())
            self.judge(REFUSED, huge)


class Revoked(CertificateCase):
    """libcurl by its own defaults asks nobody, and the manual says so; nor does it go to servers
    that a certificate names."""

    def test_lists_and_responders_are_not_asked(self):
        with api_module.WolkvoxApi(tls=False) as other:
            where = (f"crlDistributionPoints=URI:{other.url}/crl",
                     f"authorityInfoAccess=OCSP;URI:{other.url}/ocsp,"
                     f"caIssuers;URI:{other.url}/issuer")
            issuer = self.mint.sign(self.root, *CA, *where, name="intermediate")
            leaf = self.sign_leaf(issuer, LOCAL, *where)
            listed = self.mint.revoke(leaf) + self.mint.revoke(issuer)
            with self.subTest("the leaf and the intermediate"):
                self.judge(ACCEPTED, leaf, issuer)
            with self.subTest("an issuer that could be fetched"):
                self.judge(REFUSED, leaf)
            with self.subTest("lists in the CA file"):
                path = self.directory / "with-lists.pem"
                path.write_text(self.root.text + listed, encoding="ascii")
                self.judge(BY_OPENSSL, leaf, issuer, trusted=str(path))
            self.assertEqual((other.connections, other.requests), (0, []))

    def test_must_staple(self):
        """A certificate that promises a stapled answer of the responder, and none comes."""
        leaf = self.sign_leaf(self.root, LOCAL, "tlsfeature=status_request")
        self.judge(BY_OPENSSL, leaf)


class Weak(CertificateCase):

    def setUp(self):
        self.env = {"OPENSSL_CONF": self.policy(2)}

    def policy(self, level):
        path = self.directory / f"level{level}.cnf"
        path.write_text(LAX_POLICY.format(level=level))
        return str(path)

    def test_keys_and_signatures(self):
        """OpenSSL's security level 2, which Debian and others make the default."""
        short = self.mint.sign(self.root, *SERVER, LOCAL, key=("rsa:1024",))
        old = self.mint.sign(None, *CA, name="RSA", key=("rsa:2048",))
        weak = self.mint.sign(old, *CA, name="1024", key=("rsa:1024",))
        sha1 = self.mint.sign(old, *CA, name="SHA-1", digest="sha1")
        rows = (
            ("RSA 1024", REFUSED_BY_OPENSSL, (short,), self.root),
            ("MD5", REFUSED, (self.sign_leaf(old, LOCAL, digest="md5"),), old),
            ("SHA-1", REFUSED, (self.sign_leaf(old, LOCAL, digest="sha1"),), old),
            ("SHA-1 by EC", REFUSED, (self.sign_leaf(self.root, LOCAL, digest="sha1"),),
             self.root),
            ("RSA 1024 in between", REFUSED_BY_OPENSSL,
             (self.sign_leaf(weak, LOCAL), weak), old),
            ("SHA-1 in between", REFUSED, (self.sign_leaf(sha1, LOCAL), sha1), old),
            ("RSA 2048", ACCEPTED, (self.mint.sign(old, *SERVER, LOCAL, key=("rsa:2048",)),), old))
        for name, outcome, chain, root in blackbox.some(rows, 3):
            with self.subTest(name):
                self.judge(outcome, *chain, trusted=root, env=self.env,
                           reason="key too (small|weak)|md too weak|too weak")
        with self.subTest("a root's own signature does not count"):
            root = self.mint.sign(None, *CA, name="root with SHA-1", digest="sha1")
            self.judge(ACCEPTED, self.sign_leaf(root, LOCAL), trusted=root, env=self.env)

    def test_a_lax_policy_does_not_make_versions_or_names_lax(self):
        lax = {"OPENSSL_CONF": self.policy(0)}
        leaf = self.sign_leaf(self.root, LOCAL)
        self.judge(REFUSED, leaf, host="wolk.example", env=lax)
        self.judge(REFUSED, leaf, trusted=self.mint.sign(None, *CA, name="other"), env=lax)

    def test_ciphers(self):
        """Where server and system agree on one without encryption or without a certificate."""
        rsa = self.mint.sign(self.root, *SERVER, LOCAL, key=("rsa:2048",))
        for name, ciphers, certificate in blackbox.some((
                ("NULL", "NULL-SHA256", rsa), ("NULL, ephemeral", "ECDHE-RSA-NULL-SHA", rsa),
                ("MD5", "NULL-MD5", rsa), ("RC4", "RC4-SHA", rsa), ("3DES", "DES-CBC3-SHA", rsa),
                ("export", "EXP-RC4-MD5", rsa), ("anonymous", "ADH-AES256-SHA", None),
                ("anonymous, elliptic", "AECDH-AES256-SHA", None),
                ("anonymous, GCM", "ADH-AES128-GCM-SHA256", None)), 3):
            with self.subTest(name), contextlib.ExitStack() as stack:
                try:
                    server = Server(*((certificate.pem, certificate.key) if certificate
                                      else (None, None)), f"{ciphers}:@SECLEVEL=0",
                                    ssl.TLSVersion.TLSv1_2)
                except ssl.SSLError:
                    continue  # this OpenSSL does not have it any more
                stack.enter_context(server)
                for env in ({}, self.env):
                    result = self.run_against(server, "localhost", self.root, env=env)
                    self.assertEqual((result.state, server.requests), (UNAVAILABLE, []), result)

    def test_offer(self):
        """What the client hello offers, whatever this machine's OpenSSL could do as a server."""
        hellos = []

        def listen(connection):
            hellos.append(connection.recv(65536))

        with blackbox.RawServer(listen) as server:
            blackbox.run("-H", f"https://127.0.0.1:{server.port}", "-o", "sales", token=TOKEN)
        suites = cipher_suites(hellos[0])
        self.assertGreater(len(suites), 3)
        self.assertEqual(sorted(suites & WEAK_SUITES), [])

    def test_a_suite_that_was_not_offered(self):
        """A server that chooses it all the same, by a server hello made by hand."""
        for suite in blackbox.some((0x0000, 0x0001, 0x0003, 0x0005, 0x000A, 0x001B, 0x0034, 0x003B,
                                    0xC018, 0x5600, 0x00FF, 0xFFFF)):
            def choose(connection, suite=suite):
                connection.recv(65536)
                hello = b"\x03\x03" + os.urandom(32) + b"\0" + struct.pack(">HB", suite, 0)
                connection.sendall(handshake_record(2, hello) + handshake_record(14, b""))
                while connection.recv(4096):
                    pass

            with self.subTest(hex(suite)), blackbox.RawServer(choose) as server:
                result = blackbox.run("-H", f"https://127.0.0.1:{server.port}", "-o", "sales",
                                      f"-t{SECONDS}", "--unavailable=warning", token=TOKEN)
                self.assertEqual(result.state, UNAVAILABLE, result)
                self.assertNotIn("timeout", result.message)


# Those with NULL, export keys, RC4 or (triple) DES, and anonymous ones, by their numbers.
WEAK_SUITES = {
    *range(0x0000, 0x002F), 0x0034, 0x003A, 0x003B, 0x0046, *range(0x0060, 0x0067), 0x006C, 0x006D,
    0x0089, 0x008A, 0x008B, 0x008E, 0x008F, 0x0092, 0x0093, 0x009B, 0x00A6, 0x00A7, 0x00B0, 0x00B1,
    0x00B4, 0x00B5, 0x00B8, 0x00B9, 0x00BF, 0x00C5, *range(0xC001, 0xC004), *range(0xC006, 0xC009),
    *range(0xC00B, 0xC00E), *range(0xC010, 0xC013), *range(0xC015, 0xC01D), 0xC033, 0xC034,
    *range(0xC039, 0xC03C)}


def cipher_suites(hello):
    """The numbers of the suites in a client hello's first record."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    length, = struct.unpack_from(">H", hello, at)
    return set(struct.unpack_from(f">{length // 2}H", hello, at + 2))


def handshake_record(kind, content):
    body = bytes([kind]) + len(content).to_bytes(3, "big") + content
    return struct.pack(">BHH", 22, 0x0303, len(body)) + body


if __name__ == "__main__":
    blackbox.main()
