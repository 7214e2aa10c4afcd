#!/usr/bin/env python3
"""Which certificates, chains and names are taken, and that no weak cipher is offered (manual,
DESCRIPTION: the server's certificate and name are always verified).

Expired and self-signed ones, foreign authorities and the versions of TLS are in test_tls.py.
"""

import collections
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
# A name that openssl would not write.
DER_NAME_WITH_NUL = "DER:301c821a" + b"wolk.example\0.evil.example".hex()
EC_KEY = "ec", "-pkeyopt", "ec_paramgen_curve:P-256"


Certificate = collections.namedtuple("Certificate", "pem key request")


class Mint(api_module.CertificateAuthority):
    """Makes certificates that say whatever they are told to say."""

    _count = 0

    def sign(self, issuer, *extensions, name="localhost", dates=ALWAYS, digest="sha256",
             key=EC_KEY, twin=None):
        """A new certificate; issuer None: of itself. One with a twin has the twin's key."""
        self._count += 1
        stem = self._path(str(self._count))
        made = Certificate(f"{stem}.pem", f"{stem}.key", f"{stem}.csr")
        if twin:
            made = twin._replace(pem=made.pem)
        else:
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

    def judge(self, outcome, leaf, *others, host="localhost", trusted=None, env=None):
        """A server shows a certificate and others behind it: is it taken? The proxy takes `host`
        for this machine."""
        pems = [pathlib.Path(certificate.pem).read_bytes() for certificate in (leaf, *others)]
        chain = self.write(b"".join(pems), "chain.pem")
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
        self.assertEqual((result.state, tokens, result.perfdata_text), (UNAVAILABLE, [], None), result)
        self.assertRegex(result.message, "(?i)cert|SSL|TLS" + ("|asn1" if blackbox.OLD_LIBRARIES else ""))


class Names(CertificateCase):

    def test_names(self):
        star = "DNS:*.wolk.example"
        many = ",".join(f"DNS:n{number}.wolk.example" for number in range(1000))
        for names, host, outcome in blackbox.some((
                (star, "a.wolk.example", ACCEPTED), (star, "A.WOLK.Example", ACCEPTED),
                (star, "wolk.example", REFUSED), (star, "a.b.wolk.example", REFUSED),
                ("DNS:*", "localhost", REFUSED), ("DNS:*.example", "wolk.example", REFUSED),
                ("DNS:wolk.example", "wolk.example.", ACCEPTED),
                ("DNS:a.wolk.example", "wolk.example", REFUSED),
                ("email:jane@wolk.example", "wolk.example", REFUSED),
                (many, "n999.wolk.example", ACCEPTED), (many, "n1000.wolk.example", REFUSED),
                (DER_NAME_WITH_NUL, "wolk.example", REFUSED),
                ("IP:127.0.0.1", "127.0.0.1", ACCEPTED), ("IP:127.0.0.2", "127.0.0.1", REFUSED),
                ("IP:127.0.0.1", "localhost", REFUSED), ("DNS:127.0.0.1", "127.0.0.1", REFUSED_BY_OPENSSL),
                ("IP:::1", "[::1]", ACCEPTED), ("IP:10.0.0.1,IP:127.0.0.1", "127.0.0.1", ACCEPTED))):
            with self.subTest(names, host=host):
                leaf = self.sign_leaf(self.root, f"subjectAltName={names}", name="none")
                self.judge(outcome, leaf, host=host)

    def test_common_name(self):
        """An alternative name of the host's kind takes the common name's place."""
        for name, outcome, *extensions in (
                ("other.example", REFUSED), ("*", REFUSED), ("x | a=1;2<b>", REFUSED),
                ("wolk.example", REFUSED, "subjectAltName=DNS:other.example"),
                ("evil.example", ACCEPTED, "subjectAltName=DNS:wolk.example")):
            with self.subTest(name, extensions=extensions):
                leaf = self.sign_leaf(self.root, *extensions, name=name)
                self.judge(outcome, leaf, host="wolk.example")


class Chains(CertificateCase):

    def test_what_is_sent_along_and_what_is_trusted(self):
        upper = self.mint.sign(self.root, *CA, name="upper")
        lower = self.mint.sign(upper, *CA, name="lower")
        stranger = self.mint.sign(None, *CA, name="stranger")
        namesake = self.mint.sign(None, *CA, name="root")
        impostor = self.mint.sign(stranger, *CA, name="upper")
        leaf = self.mint.sign(lower, *SERVER, LOCAL)
        for name, outcome, *chain in (
                ("all", ACCEPTED, leaf, lower, upper), ("none", REFUSED, leaf),
                ("one missing", REFUSED, leaf, lower), ("wrong order", BY_OPENSSL, leaf, upper, lower),
                ("the root too", ACCEPTED, leaf, lower, upper, self.root),
                ("a namesake with another key", REFUSED, leaf, lower, impostor),
                ("1000 certificates", REFUSED, leaf, *[lower, upper] * 500),
                ("a stranger's root", REFUSED, self.sign_leaf(stranger, LOCAL), stranger),
                ("a namesake of the root", REFUSED, self.sign_leaf(namesake, LOCAL), namesake),
                ("any server as an authority", REFUSED, self.sign_leaf(leaf, LOCAL), leaf, lower, upper)):
            with self.subTest(name):
                self.judge(outcome, *chain)
        self.judge(REFUSED, leaf, trusted=self.sign_leaf(lower, LOCAL))
        root = self.mint.sign(None, *CA, name="old", dates=PAST)
        self.judge(REFUSED_BY_OPENSSL, self.sign_leaf(root, LOCAL), trusted=root)

    def test_what_certificates_say_of_themselves(self):
        limited = self.mint.sign(self.root, f"{CA[0]},pathlen:0", CA[1], name="limited")
        beyond = self.mint.sign(limited, *CA, name="beyond")
        broken = self.sign_leaf(self.root, LOCAL)
        path = pathlib.Path(broken.pem)
        der = bytearray(ssl.PEM_cert_to_DER_cert(path.read_text("ascii")))
        der[-1] ^= 1
        path.write_text(ssl.DER_cert_to_PEM_cert(bytes(der)), encoding="ascii")

        def leaf(*extensions):
            return (self.mint.sign(self.root, *extensions, LOCAL, twin=self.any_leaf),)

        for name, outcome, chain in blackbox.some((
                ("no CA", REFUSED, self.below(NO_CA)),
                ("a CA that may not sign", REFUSED, self.below(CA[0], "keyUsage=critical,digitalSignature")),
                ("a CA not for servers", REFUSED_BY_OPENSSL, self.below(*CA, "extendedKeyUsage=clientAuth")),
                ("an expired CA", REFUSED, self.below(*CA, dates=PAST)),
                ("other names", REFUSED, self.below(*CA, "nameConstraints=critical,excluded;DNS:localhost")),
                ("path too long", REFUSED, (self.sign_leaf(beyond, LOCAL), beyond, limited)),
                ("a wrong signature", REFUSED, (broken,)), ("no word of its use", ACCEPTED, leaf(NO_CA)),
                ("for clients", REFUSED_BY_OPENSSL, leaf(NO_CA, "extendedKeyUsage=clientAuth")),
                ("critical and unheard of", REFUSED, leaf(*SERVER, "1.2.3.4=critical,ASN1:UTF8String:x")),
                ("a stapled answer", BY_OPENSSL, leaf(*SERVER, "tlsfeature=status_request"))), 3):
            with self.subTest(name):
                self.judge(outcome, *chain)

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
        return self.openssl_policy(f"CipherString = ALL:COMPLEMENTOFALL:@SECLEVEL={level}")

    def test_keys_and_signatures(self):
        """OpenSSL's security level 2, which Debian and others make the default."""
        short = self.mint.sign(self.root, *SERVER, LOCAL, key=("rsa:1024",))
        sha1 = self.mint.sign(self.root, *CA, name="SHA-1", digest="sha1")
        for name, outcome, *chain in (("RSA 1024", REFUSED_BY_OPENSSL, short),
                                      ("SHA-1", REFUSED, self.sign_leaf(self.root, LOCAL, digest="sha1")),
                                      ("SHA-1 in between", REFUSED, self.sign_leaf(sha1, LOCAL), sha1)):
            with self.subTest(name):
                self.judge(outcome, *chain, env=self.policy(2))

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
