#!/usr/bin/env python3
"""Which certificates, chains and names are taken, and that no weak cipher is offered (manual,
DESCRIPTION: the server's certificate and name are always verified).

Expired and self-signed ones, foreign authorities and the versions of TLS are in test_tls.py.
"""

import pathlib
import ssl
import struct
import tempfile

import blackbox

api_module = blackbox.load_api()

TOKEN = blackbox.TOKEN
UNAVAILABLE = "WARNING"  # by --unavailable=warning, which every run is given
ACCEPTED, REFUSED = "accepted", "refused"
# Where GnuTLS, or libcurl with it, may see it otherwise.
BY_OPENSSL, REFUSED_BY_OPENSSL = ("either",) * 2 if blackbox.GNUTLS else (ACCEPTED, REFUSED)

CA = "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"
NO_CA = "basicConstraints=critical,CA:FALSE"
SERVER = NO_CA, "extendedKeyUsage=serverAuth"
LOCAL = "subjectAltName=DNS:localhost,IP:127.0.0.1"
PAST = "20200101000000Z", "20210101000000Z"
ALWAYS = "20200101000000Z", "20991231235959Z"
EC_KEY = "ec", "-pkeyopt", "ec_paramgen_curve:P-256"

POLICY = """\
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


class Mint(api_module.CertificateAuthority):
    """Makes certificates that say whatever they are told to say."""

    _count = 0

    def sign(self, issuer, *extensions, name="localhost", dates=ALWAYS, digest="sha256",
             key=EC_KEY, twin=None):
        """A new certificate; issuer None: of itself."""
        self._count += 1
        made = Certificate(self._path(str(self._count)), issuer, twin)
        if twin is None:
            self._openssl("req", "-new", "-newkey", *key, "-nodes", "-keyout", made.key,
                          "-subj", "/CN=none", "-out", made.request)
        signer = issuer or made
        extensions += ("subjectKeyIdentifier=hash",)
        extensions += ("authorityKeyIdentifier=keyid",) if issuer else ()
        pathlib.Path(self._path("extensions")).write_text("\n".join(extensions), encoding="ascii")
        by = ("-cert", signer.pem) if issuer else ("-selfsign",)
        self._openssl("ca", "-batch", "-notext", "-in", made.request, "-out", made.pem, *by,
                      "-subj", f"/CN={name}",
                      "-keyfile", signer.key, "-md", digest, "-extfile", "extensions",
                      "-startdate", dates[0], "-enddate", dates[1])
        return made


class Server(api_module.WolkvoxApi):
    """The stand-in with TLS as told: a server that has no scruples of its own."""

    def __init__(self, certificate, key):
        super().__init__(tls=False)
        self.scheme = "https"
        self.default_reply = blackbox.answer()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        self._context.load_cert_chain(certificate, key)

    def start(self):
        api_module.LoopbackServer.start(self)


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


class CertificateCase(blackbox.FilesCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.mint = Mint(folder.name)
        cls.root = cls.mint.sign(None, *CA, name="root")
        cls.any_leaf = cls.mint.sign(cls.root, *SERVER, LOCAL)
        cls.proxy = blackbox.Proxy()
        cls.proxy.start()
        cls.addClassCleanup(cls.proxy.stop)

    def sign_leaf(self, issuer, *extensions, **options):
        """A server's certificate; leaves share a key, which saves time."""
        return self.mint.sign(issuer, *SERVER, *extensions, twin=self.any_leaf, **options)

    def below(self, *extensions, **options):
        """A leaf below an intermediate of such a kind, and that intermediate."""
        issuer = self.mint.sign(self.root, *extensions, name="intermediate", **options)
        return self.sign_leaf(issuer, LOCAL), issuer

    def judge(self, outcome, leaf, *others, host="localhost", trusted=None, reason=None, env=None):
        """A server shows a certificate and others behind it: is it taken? The proxy takes `host`
        for this machine.

        reason  what OpenSSL's message says of it; GnuTLS has words of its own
        """
        chain = self.write("".join(certificate.text for certificate in (leaf, *others)), "chain.pem")
        with Server(chain, leaf.key) as server:
            result = blackbox.run("-H", f"https://{host}:{server.port}", "-o", "sales",
                                  "--unavailable=warning", "--proxy", self.proxy.url,
                                  "--ca-file", (trusted or self.root).pem, token=TOKEN, env=env)
            self.assertEqual(server.connections, 1, result)
            tokens = [request.token for request in server.requests]
        if outcome not in (ACCEPTED, REFUSED):
            outcome = ACCEPTED if result.state == "OK" else REFUSED
        if outcome == ACCEPTED:
            self.assertEqual((result.state, tokens), ("OK", [TOKEN]), result)
            return
        self.assertEqual((result.state, tokens), (UNAVAILABLE, []), result)
        self.assertRegex(result.message, "(?i)cert|SSL|TLS" + ("|asn1" if blackbox.OLD_LIBRARIES else ""))
        if reason and not blackbox.GNUTLS:
            self.assertRegex(result.message, f"(?i){reason}")

    def judge_all(self, rows):
        """Rows of a name, an outcome and a chain."""
        for name, outcome, chain in blackbox.some(rows, 3):
            with self.subTest(name):
                self.judge(outcome, *chain)


class Names(CertificateCase):

    def names(self, rows):
        """Rows of what the certificate says, a host, and whether that is one."""
        made = {}
        for names, host, outcome in blackbox.some(rows):
            with self.subTest(names, host=host):
                if names not in made:
                    made[names] = self.sign_leaf(self.root, f"subjectAltName={names}", name="none")
                self.judge(outcome, made[names], host=host)

    def test_names(self):
        star = "DNS:*.wolk.example"
        many = ",".join(f"DNS:n{number}.wolk.example" for number in range(1000))
        self.names((
            (star, "a.wolk.example", ACCEPTED), (star, "A.WOLK.Example", ACCEPTED),
            (star, "wolk.example", REFUSED), (star, "a.b.wolk.example", REFUSED),
            (star, "a.wolk.example.evil.example", REFUSED),
            ("DNS:*", "localhost", REFUSED), ("DNS:*.example", "wolk.example", REFUSED),
            ("DNS:a.*.example", "a.wolk.example", REFUSED),
            ("DNS:wolk.example", "wolk.example.", ACCEPTED),
            ("DNS:a.wolk.example", "wolk.example", REFUSED),
            ("email:jane@wolk.example", "wolk.example", REFUSED),
            (many, "n999.wolk.example", ACCEPTED), (many, "n1000.wolk.example", REFUSED),
            (der_names((2, b"wolk.example\0.evil.example")), "wolk.example", REFUSED),
            (der_names((2, b"")), "wolk.example", REFUSED),
            (der_names((2, b"\x1b[2J|a=1\xff")), "wolk.example", REFUSED),
            (der_names((2, b"x" * 20000)), "wolk.example", REFUSED),
            ("IP:127.0.0.1", "127.0.0.1", ACCEPTED), ("IP:127.0.0.2", "127.0.0.1", REFUSED),
            ("IP:127.0.0.1", "localhost", REFUSED), ("DNS:localhost", "127.0.0.1", REFUSED),
            ("DNS:127.0.0.1", "127.0.0.1", REFUSED_BY_OPENSSL),
            ("IP:::1", "[::1]", ACCEPTED), ("IP:10.0.0.1,IP:127.0.0.1", "127.0.0.1", ACCEPTED),
            (der_names((7, bytes([127, 0, 0]))), "127.0.0.1", REFUSED)))

    def test_common_name(self):
        """An alternative name of the host's kind takes the common name's place."""
        for extensions, name, host, outcome in (
                ((), "other.example", "wolk.example", REFUSED), ((), "*", "wolk.example", REFUSED),
                (("subjectAltName=DNS:other.example",), "wolk.example", "wolk.example", REFUSED),
                (("subjectAltName=DNS:wolk.example",), "evil.example", "wolk.example", ACCEPTED),
                (("subjectAltName=IP:127.0.0.2",), "127.0.0.1", "127.0.0.1", REFUSED)):
            with self.subTest(name, extensions=extensions):
                self.judge(outcome, self.sign_leaf(self.root, *extensions, name=name), host=host)


class Chains(CertificateCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.upper = cls.mint.sign(cls.root, *CA, name="upper")
        cls.lower = cls.mint.sign(cls.upper, *CA, name="lower")
        cls.leaf = cls.mint.sign(cls.lower, *SERVER, LOCAL)
        cls.stranger = cls.mint.sign(None, *CA, name="stranger")

    def test_what_is_sent_along(self):
        twin = self.mint.sign(self.stranger, *CA, name="upper", twin=self.upper)
        impostor = self.mint.sign(self.stranger, *CA, name="upper")
        self.judge_all([(name, outcome, (self.leaf, *others)) for name, outcome, *others in (
            ("all", ACCEPTED, self.lower, self.upper), ("none", REFUSED),
            ("one missing", REFUSED, self.lower), ("wrong order", BY_OPENSSL, self.upper, self.lower),
            ("the root too", ACCEPTED, self.lower, self.upper, self.root),
            ("another's only", REFUSED, self.stranger),
            ("cross-signed", ACCEPTED, self.lower, self.upper, twin),
            ("a namesake with another key", REFUSED, self.lower, impostor),
            ("1000 certificates", REFUSED, *[self.lower, self.upper] * 500))])

    def test_what_is_trusted(self):
        with self.subTest("a sibling"):
            self.judge(REFUSED, self.leaf, trusted=self.sign_leaf(self.lower, LOCAL))
        with self.subTest("a stranger's root that is sent along"):
            leaf = self.sign_leaf(self.stranger, LOCAL)
            self.judge(REFUSED, leaf, self.stranger, reason="self.signed")
        with self.subTest("a namesake of the root"):
            impostor = self.mint.sign(None, *CA, name="root")
            self.judge(REFUSED, self.sign_leaf(impostor, LOCAL), impostor)
        with self.subTest("a root that has expired"):
            root = self.mint.sign(None, *CA, name="old", dates=PAST)
            self.judge(REFUSED_BY_OPENSSL, self.sign_leaf(root, LOCAL), trusted=root,
                       reason="expired")

    def test_intermediates(self):
        limited = self.mint.sign(self.root, f"{CA[0]},pathlen:0", CA[1], name="limited")
        beyond = self.mint.sign(limited, *CA, name="beyond")
        self.judge_all((
            ("no CA", REFUSED, self.below(NO_CA)),
            ("a CA that may not sign", REFUSED,
             self.below(CA[0], "keyUsage=critical,digitalSignature")),
            ("not for servers", REFUSED_BY_OPENSSL, self.below(*CA, "extendedKeyUsage=clientAuth")),
            ("expired", REFUSED, self.below(*CA, dates=PAST)),
            ("path length 0", ACCEPTED, (self.sign_leaf(limited, LOCAL), limited)),
            ("path too long", REFUSED, (self.sign_leaf(beyond, LOCAL), beyond, limited)),
            ("any server as an authority", REFUSED,
             (self.sign_leaf(self.leaf, LOCAL), self.leaf, self.lower, self.upper))))

    def test_leaves(self):
        broken = self.sign_leaf(self.root, LOCAL)
        der = bytearray(ssl.PEM_cert_to_DER_cert(broken.text))
        der[-1] ^= 1
        pathlib.Path(broken.pem).write_text(ssl.DER_cert_to_PEM_cert(bytes(der)), encoding="ascii")

        def leaf(*extensions):
            return (self.mint.sign(self.root, *extensions, LOCAL, twin=self.any_leaf),)

        self.judge_all((
            ("a wrong signature", REFUSED, (broken,)),
            ("300 KB", REFUSED, leaf(*SERVER, "1.2.3.4=DER:" + tagged(4, bytes(300000)).hex())),
            ("for clients", REFUSED_BY_OPENSSL, leaf(NO_CA, "extendedKeyUsage=clientAuth")),
            ("no word of it", ACCEPTED, leaf(NO_CA)),
            ("critical and unheard of", REFUSED,
             leaf(*SERVER, "1.2.3.4=critical,ASN1:UTF8String:x")),
            ("promises a stapled answer", BY_OPENSSL, leaf(*SERVER, "tlsfeature=status_request"))))

    def test_names_that_are_left_out(self):
        for constraint, outcome in (("permitted;DNS:localhost", ACCEPTED), ("excluded;DNS:localhost", REFUSED)):
            with self.subTest(constraint):
                issuer = self.mint.sign(self.root, *CA, f"nameConstraints=critical,{constraint}", name="some")
                self.judge(outcome, self.sign_leaf(issuer, "subjectAltName=DNS:localhost", name="none"), issuer)

    def test_lists_and_responders_are_not_asked(self):
        """libcurl by its own defaults asks nobody, nor does it go to servers that are named."""
        with api_module.WolkvoxApi(tls=False) as other:
            where = (f"crlDistributionPoints=URI:{other.url}/crl",
                     f"authorityInfoAccess=OCSP;URI:{other.url}/ocsp,caIssuers;URI:{other.url}/issuer")
            issuer = self.mint.sign(self.root, *CA, *where, name="intermediate")
            leaf = self.sign_leaf(issuer, LOCAL, *where)
            self.judge(ACCEPTED, leaf, issuer)
            self.judge(REFUSED, leaf)
            self.assertEqual(other.connections, 0)


class Weak(CertificateCase):

    def policy(self, level):
        return {"OPENSSL_CONF": self.write(POLICY.format(level=level), "policy.cnf")}

    def test_keys_and_signatures(self):
        """OpenSSL's security level 2, which Debian and others make the default."""
        short = self.mint.sign(self.root, *SERVER, LOCAL, key=("rsa:1024",))
        sha1 = self.mint.sign(self.root, *CA, name="SHA-1", digest="sha1")
        for name, outcome, *chain in (("RSA 1024", REFUSED_BY_OPENSSL, short),
                                      ("SHA-1", REFUSED, self.sign_leaf(self.root, LOCAL, digest="sha1")),
                                      ("SHA-1 in between", REFUSED, self.sign_leaf(sha1, LOCAL), sha1)):
            with self.subTest(name):
                self.judge(outcome, *chain, env=self.policy(2), reason="key too small|too weak")

    def test_a_lax_policy_does_not_make_names_lax(self):
        leaf, env = self.sign_leaf(self.root, LOCAL), self.policy(0)
        self.judge(REFUSED, leaf, host="wolk.example", env=env)
        self.judge(REFUSED, leaf, trusted=self.mint.sign(None, *CA, name="other"), env=env)

    def test_offer(self):
        """What the client hello offers, whatever this machine's OpenSSL could do as a server."""
        hellos = []
        with blackbox.TalkingServer(lambda connection: hellos.append(connection.recv(65536)),
                                    first=True) as server:
            blackbox.run("-H", f"https://127.0.0.1:{server.port}", "-o", "sales", token=TOKEN)
        suites = cipher_suites(hellos[0])
        self.assertGreater(len(suites), 3)
        self.assertEqual(sorted(suites & WEAK_SUITES), [])


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


if __name__ == "__main__":
    blackbox.main()
