#!/usr/bin/env python3
# Checks packets and excerpts. It follows docs/packet_format.md and shares nothing with the program that makes them.
import argparse, base64, hashlib, json, os, re, struct, sys, warnings, zlib
from collections import namedtuple
from datetime import datetime
from types import SimpleNamespace
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import ExtendedKeyUsageOID

N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
USES = {"bundle": "ecdsa-p256-sha256", "pdf": "ecdsa-p256-sha256", "checkpoint": "ed25519"}
STATEMENT = "statement.sigstore.json"

class Bad(Exception): pass

def need(ok, why):
    if not ok:
        raise Bad(why)

def holds(what, key, *args):
    try:
        key.verify(*args)
    except InvalidSignature:
        raise Bad(what + ": the signature does not hold")

def h256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def sha(data): return h256(data).hex()
def text(v, pattern=r"(?s).*"): return type(v) is str and re.fullmatch(pattern, v, re.ASCII) is not None
def number(v): return type(v) is int and v > 0
def digest(v): return text(v, "[0-9a-f]{64}")
def canon(v): return json.dumps(v, ensure_ascii=False, separators=(",", ":")).encode()  # of what parse() returned

def fits(v, shape):
    """A shape is a function that tells, a tuple of alternatives, an array of one shape, exactly these members, or the value itself."""
    if callable(shape): return shape(v)
    if type(shape) is tuple: return any(fits(v, s) for s in shape)
    if type(shape) is list: return type(v) is list and all(fits(x, shape[0]) for x in v)
    if type(shape) is dict: return type(v) is dict and sorted(v) == sorted(shape) and all(fits(v[n], shape[n]) for n in v)
    return type(v) is type(shape) and v == shape

def instant(v): return text(v, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z") and bool(datetime.fromisoformat(v[:-1]))

def b64(v):
    need(type(v) is str, "Base64: not a text")
    data = base64.b64decode(v, validate=True)
    need(base64.b64encode(data).decode() == v, "Base64: another spelling")
    return data

def parse(data, what):
    """The value of canonical JSON; objects keep their members in canonical order."""
    def members_in_order(pairs):
        need(len(dict(pairs)) == len(pairs), what + ": a name twice")
        return dict(sorted(pairs, key=lambda p: p[0].encode("utf-16-be")))
    def whole(digits):
        need(len(digits) <= 17 and abs(int(digits)) < 2**53, what + ": number too large")
        return int(digits)
    def refuse(digits):
        raise Bad(what + ": number not whole")
    value = json.loads(data.decode(), object_pairs_hook=members_in_order, parse_int=whole,
                       parse_float=refuse, parse_constant=refuse)
    need(canon(value) == data, what + ": not canonical JSON")
    return value

def pem(label, der):
    lines = re.findall(".{1,64}", base64.b64encode(der).decode())
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()

def ecdsa(what, key, signature, data):
    r, s = utils.decode_dss_signature(signature)
    need(utils.encode_dss_signature(r, s) == signature and 0 < r < N256 and 0 < s <= N256 // 2, what + ": signature in another spelling")
    holds(what, key, signature, data, ec.ECDSA(hashes.SHA256()))

# The archive ---------------------------------------------------------------------------------------------------------

def unzip(data):
    files, firsts, directory, pos = {}, [], [], 0
    while data[pos:pos + 4] == b"PK\3\4":
        size, length = struct.unpack_from("<I4xH", data, pos + 18)  # the second size is compared below
        raw, body = data[pos + 30:pos + 30 + length], data[pos + 30 + length:pos + 30 + length + size]
        need(length <= 100 and raw.decode() not in files and len(files) < 10000, "archive: names or number of files")
        s = struct.pack("<HHHHHIIIHH", 10, 0, 0, 0, 0x21, zlib.crc32(body), len(body), len(body), len(raw), 0)
        need(data[pos:pos + 30 + len(raw)] == b"PK\3\4" + s + raw, "archive: another encoding")
        directory.append(b"PK\1\2" + struct.pack("<H", 10) + s + bytes(10) + struct.pack("<I", pos) + raw)
        files[raw.decode()], pos = body, pos + 30 + length + size
    tail = b"".join(directory)
    end = struct.pack("<HHIIH", len(files), len(files), len(tail), pos, 0)
    need(data[pos:] == tail + b"PK\5\6" + bytes(4) + end, "archive: another encoding")
    return files

def layout(names, excerpt):
    folder, other = "(%s/[a-z0-9-][a-z0-9.-]*\n)+", "(transcripts/t-[0-9]{2,6}\\.har\n)*(screenshots/s-[0-9]{2,6}\\.png\n)*"
    first = "excerpt\\.json\n" + other if excerpt else "packet\\.pdf\npacket\\.json\n" + other + folder % "audit"
    last = folder % "validation" + "VERIFY\\.md\nSHA256SUMS\nSHA256SUMS\\.sig\nstatement\\.sigstore\\.json\n"
    need(not any("\n" in n or len(n) > 100 for n in names) and re.fullmatch(first + last, "".join(n + "\n" for n in names)),
         "files: others than those of the format, or in another order")
    for a, b in zip(names, names[1:]):
        need("/" not in a or a.split("/")[0] != b.split("/")[0] or a < b, "files: not in the order of their names")
    wanted = {"validation/" + n for n in ("bundle.pub.pem", "root.pub.pem", "keys.json")}
    if not excerpt:
        wanted |= {"validation/checkpoint.pub.pem", "validation/pdf.crt.pem"}
        wanted |= {"audit/checkpoint", "audit/entries.jsonl", "audit/proofs.json"}
    need(wanted <= set(names), "files: missing " + ", ".join(sorted(wanted - set(names))))

# keys.json -----------------------------------------------------------------------------------------------------------

KEY = {"algorithm": text, "certificate": (None, text), "compromised_at": (None, instant), "id": digest, "not_before": instant,
       "public_key": text, "retired_at": (None, instant), "status": text, "use": text}

def public_key(der, use):
    key = serialization.load_der_public_key(der)
    need(isinstance(key, ed25519.Ed25519PublicKey) if use in ("root", "checkpoint") else
         isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1), "keys.json: kind of key")
    return key

def read_keys(data):
    what, doc = "keys.json", parse(data, "keys.json")
    need(fits(doc, {"format": 1, "issued_at": instant, "keys": [KEY], "signature": text,
                    "root": {"algorithm": "ed25519", "id": digest, "public_key": text}}) and len(doc["keys"]) <= 1000, what + ": shape")
    root, signature = b64(doc["root"]["public_key"]), b64(doc.pop("signature"))
    need(doc["root"]["id"] == sha(root), what + ": root")
    holds(what, public_key(root, "root"), signature, canon(doc))
    entries = {}
    for k in doc["keys"]:
        entry = SimpleNamespace(**k, der=b64(k["public_key"]))
        need(entry.id == sha(entry.der) and entry.id not in entries, what + ": id of a key")
        need((entry.certificate is not None) == (entry.use == "pdf"), what + ": certificate where there is none, or none")
        if entry.use == "pdf":
            entry.certificate = b64(entry.certificate)
            public = x509.load_der_x509_certificate(entry.certificate).public_key()
            need(public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo) == entry.der,
                 what + ": certificate of another key")
        entries[entry.id] = entry
    return SimpleNamespace(root=doc["root"]["id"], root_der=root, entries=entries)

def of_use(keys, use, fit, why):
    """The first key of the list with the use that fits, and the key itself."""
    for k in keys.entries.values():
        if k.use == use and k.algorithm == USES[use] and fit(k):
            return k, public_key(k.der, use)
    raise Bad(why)

def vouch(keys, signers, checkpoint, attached):
    """signers: pairs of a key and the first time; checkpoint: the second time or None."""
    stolen = set()
    for signer, first in signers:
        k = keys.entries.get(signer.id)
        need(k and k.use == signer.use and k.algorithm == signer.algorithm, f"keys.json does not know the {signer.use} key")
        need(k.not_before <= first, f"keys.json does not vouch for the {signer.use} key so early")
        before = k.retired_at is None or k.retired_at >= first
        need({"active": k.retired_at is None and k.compromised_at is None,
              "retired": k.retired_at is not None and before and k.compromised_at is None,
              "compromised": bool(k.compromised_at and checkpoint and k.compromised_at > checkpoint and before)}.get(k.status),
             f"keys.json does not vouch for the {signer.use} key ({k.status})")
        stolen |= {k.use} if k.status == "compromised" else set()
    need("bundle" not in stolen or stolen == {"bundle"} and attached, "no other key shows what the compromised bundle key signed")

# The statement -------------------------------------------------------------------------------------------------------

CONTENT = {
    "_type": "https://in-toto.io/Statement/v1", "predicateType": "https://github.com/proofwalk/proofwalk/packet/v1",
    "subject": [{"name": text, "digest": {"sha256": digest}}],
    "predicate": {
        "format": 1, "name": text, "revision": number, "edition": number, "made_at": instant, "decision": ("ready", "returned"),
        "outcome": (None, "go", "go_with_conditions", "no_go"), "integration": {"id": text, "name": text, "partner": text},
        "head_sha256": digest, "leaves": number, "merkle_root": digest, "supersedes": lambda v: True,
        "pdf_seal": ({"level": "B-T", "stamp": "stamped", "stamped_at": instant},
                     {"level": "B-B", "stamp": ("none", "unreachable"), "stamped_at": None}),
        "sign_offs": [{"at": instant, "by": text, "role": ("partner", "consultant", "account_team")}]}}

def read_statement(files, keys):
    what, kind = "statement", "application/vnd.in-toto+json"
    doc = parse(files[STATEMENT], what)
    payload, sig = doc["dsseEnvelope"]["payload"], doc["dsseEnvelope"]["signatures"][0]["sig"]
    hint = doc["verificationMaterial"]["publicKey"]["hint"]
    bundle = {"dsseEnvelope": {"payload": payload, "payloadType": kind, "signatures": [{"sig": sig}]},
              "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {"publicKey": {"hint": hint}}}
    need(fits(doc, bundle), what + ": bundle")
    data, (signer, key) = b64(payload), of_use(keys, "bundle", lambda k: k.id == hint, what + ": hint names no bundle key")
    ecdsa(what, key, b64(sig), b"DSSEv1 28 %s %d %s" % (kind.encode(), len(data), data))
    need(files["validation/bundle.pub.pem"] == pem("PUBLIC KEY", signer.der), "bundle.pub.pem is not the signer's key")
    st = parse(data, what)
    need(fits(st, CONTENT), what + ": shape")
    p = st["predicate"]
    revision, edition, roles = p["revision"], p["edition"], [s["role"] for s in p["sign_offs"]]
    need(p["name"] == f"r{revision}.{edition}" and len(set(roles)) == len(roles), what + ": name or roles")
    before = {"revision": revision, "edition": edition - 1, "sha256": digest} if edition > 1 else None
    need(fits(p["supersedes"], before), what + ": supersedes")
    return signer, key, st["subject"], p

def check_sums(files, subjects, key):
    sums = "".join(f"{s['digest']['sha256']}  {s['name']}\n" for s in subjects if not s["name"].startswith("SHA256SUMS"))
    need(files["SHA256SUMS"] == sums.encode(), "SHA256SUMS: not the list of the files")
    ecdsa("SHA256SUMS.sig", key, files["SHA256SUMS.sig"], files["SHA256SUMS"])

def check_head(head, p):
    word = lambda v: None if v is None else v["word"]
    mine = {**{n: head[n] for n in "name revision edition made_at supersedes".split()},
            "decision": word(head["decision"]), "outcome": word(head["outcome"]),
            "integration": {n: head["integration"][n] for n in ("id", "name", "partner")},
            "sign_offs": [{n: s[n] for n in ("at", "by", "role")} for s in head["sign_offs"]], "head_sha256": sha(canon(head))}
    for name, value in mine.items():
        need(canon(value) == canon(p[name]), f"head: {name} differs from the statement's")
    need(all(text(n["text"]) for n in head["not_proven"]), "head: not_proven")
    need(head["address"] is None or text(head["address"]), "head: address")

def merkle(hs):
    if len(hs) < 2: return hs[0] if hs else h256(b"")
    left = 1 << (len(hs) - 1).bit_length() - 1
    return h256(b"\1", merkle(hs[:left]), merkle(hs[left:]))

def check_leaves(leaves, p, files, hidden):
    """Checks the leaves (with hidden: those left out are hashes) and returns the whole ones."""
    need(type(leaves) is list and len(leaves) == p["leaves"], "leaves: another number")
    hs, shown, named = [], [], set()
    for leaf in leaves:
        if hidden and fits(leaf, {"hash": digest}):
            hs.append(bytes.fromhex(leaf["hash"]))
            continue
        need(fits(leaf, {"anchor": text, "body": lambda v: True, "kind": text, "salt": lambda v: text(v, "[0-9a-f]{32}")}), "leaf: shape")
        hs.append(h256(b"\0", canon(leaf)))
        shown.append(leaf)
        if leaf["kind"] in ("transcript", "screenshot"):
            name = leaf["body"]["file"]
            need(name.startswith(leaf["kind"] + "s/") and name in files and name not in named, f"leaf {leaf['anchor']}: its file")
            need(leaf["body"]["sha256"] == sha(files[name]), f"leaf {leaf['anchor']}: another file")
            named.add(name)
    need(len({leaf["anchor"] for leaf in shown}) == len(shown), "leaves: an anchor twice")
    need(named == {n for n in files if n.startswith(("transcripts/", "screenshots/"))}, "a transcript or screenshot without a leaf")
    need(merkle(hs).hex() == p["merkle_root"], "leaves: another Merkle root")
    return shown

# The PDF's file structure --------------------------------------------------------------------------------------------

REGULAR, STRING = rb"[^\0\t\n\f\r ()<>\[\]{}/%]", re.compile(rb"\\.|[()]", re.S)
TOKEN = re.compile(rb"[\0\t\n\f\r ]*(<<|>>|[\[\]]|/" + REGULAR + rb"*|<[0-9A-Fa-f]*>|\(|" + REGULAR + rb"+)")

def tokens(data, pos, ends=()):
    """Tokens up to the first of ends, each with where it begins and ends; names have their escapes resolved."""
    out = []
    while m := TOKEN.match(data, pos):
        word, start, pos = m[1], *m.span(1)
        depth = word == b"("
        while depth:
            t = STRING.search(data, pos)
            need(t, "PDF: string without end")
            pos, depth = t.end(), depth + {b"(": 1, b")": -1}.get(t[0], 0)
        if word[:1] == b"/":
            word = b"/" + re.sub(rb"#(..|.?)", lambda h: bytes.fromhex(h[1].decode()) if len(h[1]) == 2 else b"(", word[1:])
        out.append((word, start, pos))
        if word in ends:
            break
    return out, pos

def values(o, name, count=1):
    """The tokens behind a name of the object's own dictionary."""
    depth = 0
    for i, (word, _, _) in enumerate(o.tokens):
        depth += {b"<<": 1, b">>": -1}.get(word, 0)
        if depth == 1 and word == b"/" + name:
            return o.tokens[i + 1:i + 1 + count]
    return []

def value(o, name): return b"".join(word for word, _, _ in values(o, name))

def numbers(o, name, count):
    first, *between, last = [word for word, _, _ in values(o, name, count + 2)]
    need((first, last) == (b"[", b"]") and len(between) == count, "PDF: array of numbers")
    return [int(word) for word in between]

def inflate(o, most=2**24):
    need(o.data is not None and value(o, b"Filter") == b"/FlateDecode" and not values(o, b"DecodeParms"), "PDF: filter of a stream")
    z = zlib.decompressobj()
    data = z.decompress(o.data, most + 1)
    need(len(data) <= most and z.eof and not z.unused_data, "PDF: compressed stream")
    return data

def read_object(pdf, pos):
    m = re.compile(rb"([1-9]\d{0,8}) 0 obj\n").match(pdf, pos)
    need(m, f"PDF: no object at byte {pos}")
    found, end = tokens(pdf, m.end(), (b"endobj", b"stream"))
    word, start, _ = found.pop()
    o = SimpleNamespace(at=pos, tokens=found, data=None)
    if word == b"stream":
        size = int(value(o, b"Length"))
        o.data, end = pdf[end + 1:end + 1 + size], end + 1 + size + 17
        need(size >= 0 and pdf[start:start + 7] == b"stream\n", f"PDF: stream at byte {pos}")
        need(pdf[end - 17:end] == b"\nendstream\nendobj", f"PDF: end of the stream at byte {pos}")
    need(word in (b"endobj", b"stream") and pdf[start - 1:start] == b"\n" == pdf[end:end + 1], f"PDF: end of the object at byte {pos}")
    return int(m[1]), o, end + 1

def read_pdf(pdf):
    """Checks the file structure; returns the objects and the one with the signature."""
    pos, objects, n = len(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}, 0
    need(pdf[:pos] == b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF: header")
    while not pdf.startswith(b"startxref\n", pos):
        n, o, pos = read_object(pdf, pos)
        need(n not in objects, f"PDF: object {n} twice")
        objects[n] = o
    table = objects[n]
    need(pdf[pos:] == b"startxref\n%d\n%%%%EOF\n" % table.at, "PDF: end of the file")
    none = (b"Prev", b"Index", b"XRefStm", b"Encrypt")
    need(value(table, b"Type") == b"/XRef" and not any(values(table, w) for w in none), "PDF: cross-reference stream")
    size, (kind, a, b), rows = int(value(table, b"Size")), numbers(table, b"W", 3), inflate(table)
    need(kind == 1 and 0 <= a < 8 and 0 <= b < 8 and len(rows) == size * (1 + a + b), "PDF: size of the cross-reference stream")
    for n in range(size):
        row = rows[n * (1 + a + b):]
        o = objects.get(n if row[0] == 1 else int.from_bytes(row[1:1 + a], "big"))
        need(row[0] == 0 or row[0] == 1 and o and o.at == int.from_bytes(row[1:1 + a], "big")
             or row[0] == 2 and o and n not in objects and value(o, b"Type") == b"/ObjStm", f"PDF: cross-reference of object {n}")
    names, found = [], [o for o in objects.values() if any(word == b"/ByteRange" for word, _, _ in o.tokens)]
    for o in objects.values():
        names += [word for word, _, _ in o.tokens]
    need(len(names) <= 10**6, "PDF: too large inside")
    for o in objects.values():
        if value(o, b"Type") == b"/ObjStm":
            data = inflate(o)
            packed, end = tokens(data, 0)
            need(not data[end:].strip(b"\0\t\n\f\r "), "PDF: object stream")
            names += [word for word, _, _ in packed]
    need(names.count(b"/ByteRange") == names.count(b"/FT") == len(found) == 1 and found[0].data is None, "PDF: not one signature")
    return objects.values(), found[0]

# The CMS object and the time stamp -----------------------------------------------------------------------------------

Element = namedtuple("Element", "tag body raw end")

def tlv(b, pos=0):
    need(pos + 2 <= len(b) and b[pos] & 31 != 31, "DER: tag")
    n, start = b[pos + 1], pos + 2
    if n > 127:
        k, start = n & 127, start + (n & 127)
        n = int.from_bytes(b[start - k:start], "big")
        need(1 <= k <= 4 and n > 127 and n >> 8 * (k - 1), "DER: length")
    need(start + n <= len(b), "DER: length")
    return Element(b[pos], b[start:start + n], b[pos:start + n], start + n)

def kids(element, tag=0x30):
    need(element.tag == tag, f"DER: tag {element.tag:#x}, not {tag:#x}")
    out, pos = [], 0
    while pos < len(element.body):
        out.append(tlv(element.body, pos))
        pos = out[-1].end
    return out

def only(element, tag=0x30):
    need(len(kids(element, tag)) == 1, "DER: not one element")
    return kids(element, tag)[0]

def der(tag, *parts):
    body = b"".join(parts)
    size = b"" if len(body) < 128 else len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([0x80 | len(size)]) + size if size else bytes([len(body)])) + body

def oid(dotted):
    a, b, *rest = map(int, dotted.split("."))
    out = b""
    for n in (40 * a + b, *rest):
        part = [n & 127]
        while n := n >> 7:
            part.insert(0, 0x80 | n & 127)
        out += bytes(part)
    return der(6, out)

SHA256, RSA = oid("2.16.840.1.101.3.4.2.1"), "1.2.840.113549.1.1."
SIGNED, DATA, TST = oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.7.1"), oid("1.2.840.113549.1.9.16.1.4")
CONTENT_TYPE, DIGEST, CERT_V1, CERT_V2, STAMP = (oid("1.2.840.113549.1.9." + n) for n in ("3", "4", "16.2.12", "16.2.47", "16.2.14"))
HASHES = {SHA256: hashes.SHA256, oid("2.16.840.1.101.3.4.2.2"): hashes.SHA384, oid("2.16.840.1.101.3.4.2.3"): hashes.SHA512}
RSA_SIGNATURES = {oid(RSA + "1"): None, oid(RSA + "11"): hashes.SHA256, oid(RSA + "12"): hashes.SHA384, oid(RSA + "13"): hashes.SHA512}
EC_SIGNATURES = {oid(f"1.2.840.10045.4.3.{n}"): h for n, h in ((2, hashes.SHA256), (3, hashes.SHA384), (4, hashes.SHA512))}

def issuer_and_serial(certificate):
    fields = kids(kids(tlv(certificate))[0])
    serial, _, issuer = fields[1:4] if fields[0].tag == 0xA0 else fields[:3]
    return issuer.raw, serial.raw

def check_pdf(pdf, manifest, certificate, key, seal, tsr):
    """Returns whether packet.json is attached, and what to say of the time stamp."""
    objects, sig = read_pdf(pdf)
    (_, a, b), = values(sig, b"Contents")
    need([value(sig, n) for n in (b"Type", b"Filter", b"SubFilter")] == [b"/Sig", b"/Adobe.PPKLite", b"/ETSI.CAdES.detached"]
         and numbers(sig, b"ByteRange", 4) == [0, a, b, len(pdf) - b], "PDF: dictionary of the signature")
    need(b - a <= 2**17 + 2 and re.fullmatch(rb"<([0-9a-f]{2})+>", pdf[a:b]), "PDF: digits of the signature")
    padded = bytes.fromhex(pdf[a + 1:b - 1].decode())
    cms = tlv(padded)
    need(not any(padded[cms.end:]), "PDF: bytes behind the CMS object")
    signer = kids(only(kids(only(kids(cms)[1], 0xA0))[4], 0x31))
    signature, stamp, token = signer[5].body, b"", None
    if len(signer) > 6:
        token = only(kids(only(signer[6], 0xA1))[1], 0x31).raw
        stamp = der(0xA1, der(0x30, STAMP, der(0x31, token)))
    attributes = b"".join([der(0x30, CONTENT_TYPE, der(0x31, DATA)), der(0x30, DIGEST, der(0x31, der(4, h256(pdf[:a], pdf[b:])))),
        der(0x30, CERT_V2, der(0x31, der(0x30, der(0x30, der(0x30, der(4, h256(certificate)))))))])
    info = der(0x30, der(2, b"\1"), der(0x30, *issuer_and_serial(certificate)), der(0x30, SHA256), der(0xA0, attributes),
               der(0x30, oid("1.2.840.10045.4.3.2")), der(4, signature), stamp)
    again = der(0x30, SIGNED, der(0xA0, der(0x30, der(2, b"\1"), der(0x31, der(0x30, SHA256)), der(0x30, DATA),
                                            der(0xA0, certificate), der(0x31, info))))
    need(cms.raw == again, "PDF: another CMS object than that of the format, or of another file")
    ecdsa("packet.pdf", key, signature, der(0x31, attributes))
    need((seal["level"] == "B-T") == (token is not None) and tsr == token, "time stamp: not as the statement and timestamp.tsr say")
    embedded = [o for o in objects if value(o, b"Type") == b"/EmbeddedFile"]
    try:
        attached = len(embedded) == 1 and inflate(embedded[0], 2**26) == manifest
    except (Bad, zlib.error):
        attached = False
    return attached, check_token(token, signature, seal["stamped_at"]) if token else "time stamp: none (" + seal["stamp"] + ")"

def digest_with(algorithm, data):
    hasher = hashes.Hash(algorithm())
    hasher.update(data)
    return hasher.finalize()

def hash_named(element):
    name, *parameters = [e.raw for e in kids(element)]
    need(name in HASHES and parameters in ([], [b"\5\0"]), "time stamp: hash algorithm")
    return HASHES[name]

def check_token(token, signature, stamped_at):
    outer = kids(tlv(token))
    need(len(token) <= 2**16 and len(outer) == 2 and outer[0].raw == SIGNED, "time stamp: no signed data")
    parts = kids(only(outer[1], 0xA0))
    need(bytes(e.tag for e in parts) in (b"\2\x31\x30\xa0\x31", b"\2\x31\x30\xa0\xa1\x31"), "time stamp: no certificate or no signer")
    content, explicit = kids(parts[2])
    info = only(explicit, 0xA0)
    need(content.raw == TST and info.tag == 4 and tlv(info.body).raw == info.body, "time stamp: TSTInfo")
    tst = kids(tlv(info.body))
    more = [e.tag for e in tst[5:]]
    need([e.tag for e in tst[:5]] == [2, 6, 0x30, 2, 0x18], "time stamp: TSTInfo")
    need(more == [t for t in (0x30, 1, 2, 0xA0, 0xA1) if t in more], "time stamp: TSTInfo")
    imprint = kids(tst[2])
    need(hash_named(imprint[0]) is hashes.SHA256 and [e.raw for e in imprint[1:]] == [der(4, h256(signature))],
         "time stamp: of another signature")
    m = re.fullmatch(r"(\d{14})(?:\.(\d{0,8}[1-9]))?Z", tst[4].body.decode(), re.ASCII)
    second, fraction = datetime.strptime(m[1], "%Y%m%d%H%M%S"), m[2] or ""
    at = f"{second.isoformat()}.{(fraction + '000000')[:6]}Z"
    need(at == stamped_at, "time stamp: not of stamped_at")

    signer = kids(only(parts[-1], 0x31))
    need(bytes(e.tag for e in signer[2:]) in (b"\x30\xa0\x30\4", b"\x30\xa0\x30\4\xa1"), "time stamp: signer")
    sid, algorithm, attributes, scheme, value = signer[1:6]
    pairs = [(name.raw, only(held, 0x31)) for name, held in map(kids, kids(attributes, 0xA0))]
    held, named = dict(pairs), [(n, v) for n, v in pairs if n in (CERT_V1, CERT_V2)]
    need([n for n, _ in pairs].count(CONTENT_TYPE) == [n for n, _ in pairs].count(DIGEST) == 1 and held[CONTENT_TYPE].raw == TST
         and held[DIGEST].raw == der(4, digest_with(hash_named(algorithm), info.body)), "time stamp: attributes of another TSTInfo")
    found = []
    for raw in [e.raw for e in kids(parts[3], 0xA0) if e.tag == 0x30]:
        cert = x509.load_der_x509_certificate(raw)
        if sid.tag == 0x30 and sid.body == b"".join(issuer_and_serial(raw)) or sid.tag == 0x80 and sid.body in [
                e.value.digest for e in cert.extensions if e.oid == x509.SubjectKeyIdentifier.oid]:
            found.append((raw, cert))
    need(found and 1 <= len(named) <= 2, "time stamp: no certificate of the signer, or no signingCertificate")
    raw, cert = found[-1]
    for n, v in named:
        essid = kids(kids(kids(v)[0])[0])
        algorithm1 = hashes.SHA1 if n == CERT_V1 else hash_named(essid.pop(0)) if essid[0].tag == 0x30 else hashes.SHA256
        need(essid[0].raw == der(4, digest_with(algorithm1, raw)), "time stamp: signingCertificate names another")
    usage = cert.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    need(usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING], "time stamp: the certificate's extended key usage")
    need(cert.not_valid_before <= second and (second, fraction) <= (cert.not_valid_after, ""), "time stamp: not in the certificate's time")
    scheme, *parameters = [e.raw for e in kids(scheme)]
    need(parameters in ([], [b"\5\0"]), "time stamp: parameters of the signature")
    key, message = cert.public_key(), der(0x31, attributes.body)
    if isinstance(key, rsa.RSAPublicKey) and scheme in RSA_SIGNATURES and key.key_size <= 8192:
        holds("time stamp", key, value.body, message, padding.PKCS1v15(), (RSA_SIGNATURES[scheme] or hash_named(algorithm))())
    else:
        need(isinstance(key, ec.EllipticCurvePublicKey) and scheme in EC_SIGNATURES, "time stamp: kind of signature")
        holds("time stamp", key, value.body, message, ec.ECDSA(EC_SIGNATURES[scheme]()))
    return f"time stamp: {at} by {ascii(cert.subject.rfc4514_string())}, certificate's SHA-256 {sha(raw)} (nobody vouches for it)"

# The audit log -------------------------------------------------------------------------------------------------------

def read_checkpoint(files, keys):
    """Returns size, root hash, time and key of the checkpoint."""
    what, note = "checkpoint", files["audit/checkpoint"]
    m = re.fullmatch(r"((proofwalk/[0-9a-f]{16})\n([1-9]\d{0,15})\n(\S+)\ntime (\S+)\n)\n\u2014 (\S+) (\S+)\n", note.decode(), re.ASCII)
    need(len(note) <= 1024 and m, what + ": malformed")
    body, origin, size, root, at, name, sig = m.groups()
    need(origin == name == "proofwalk/" + keys.root[:16] and int(size) < 2**53
         and len(b64(root)) == 32 and len(b64(sig)) == 68, what + ": malformed")
    need(instant(at), what + ": time")
    fit = lambda k: b64(sig)[:4] == h256(origin.encode(), b"\n\1", k.der[-32:])[:4]
    signer, key = of_use(keys, "checkpoint", fit, what + ": signed by no key of keys.json")
    need(files["validation/checkpoint.pub.pem"] == pem("PUBLIC KEY", signer.der), what + ": its key is not checkpoint.pub.pem")
    holds(what, key, b64(sig)[4:], body.encode())
    return int(size), b64(root), at, signer

def root_by(proof, leaf, index, size):
    """The root of a tree of that size which has the leaf at the index, by its inclusion proof."""
    if size == 1:
        need(not proof, "audit: a proof too long")
        return leaf
    left = 1 << (size - 1).bit_length() - 1
    if index < left: return h256(b"\1", root_by(proof[:-1], leaf, index, left), proof[-1])
    return h256(b"\1", proof[-1], root_by(proof[:-1], leaf, index - left, size - left))

def check_audit(files, p, size, root):
    lines = files["audit/entries.jsonl"].split(b"\n")
    need(lines.pop() == b"" and 1 <= len(lines) <= 1000000, "audit: lines")
    proofs = parse(files["audit/proofs.json"], "proofs.json")
    proof = {"hashes": [digest], "index": lambda v: v == 0 and type(v) is int or number(v)}
    need(fits(proofs, {"entries": [proof], "format": 1, "size": size}) and len(proofs["entries"]) == len(lines), "proofs.json: shape")
    before = -1
    for i, (line, proof) in enumerate(zip(lines, proofs["entries"])):
        entry, what = parse(line, "audit entry"), f"audit entry {i + 1}"
        need(canon(entry["v"]) == b"1" and entry["integration_id"] == p["integration"]["id"], what + ": of another integration or version")
        seals = (entry["action"] == "packet.seal" and entry["object"]["kind"] == "packet" and entry["object"]["id"] == p["name"]
                 and entry["details"].get("packet_json") == sha(files["packet.json"]))
        need(seals == (i == len(lines) - 1), what + ": not the last, and no other, seals this packet")
        need(before < proof["index"] < size and len(proof["hashes"]) <= 64, what + ": index or proof")
        before = proof["index"]
        path = [bytes.fromhex(v) for v in proof["hashes"]]
        need(root_by(path, h256(b"\0", line), before, size) == root, what + ": the proof does not hold")

# All together --------------------------------------------------------------------------------------------------------

def check(data, fingerprint, other):
    """Returns what to say about a packet whose signer is known, or raises."""
    files = unzip(data)
    excerpt = "excerpt.json" in files
    layout(list(files), excerpt)
    keys = read_keys(files["validation/keys.json"])
    need(files["validation/root.pub.pem"] == pem("PUBLIC KEY", keys.root_der), "root.pub.pem is not the root of keys.json")
    signer, key, subjects, p = read_statement(files, keys)
    digests = {s["name"]: s["digest"]["sha256"] for s in subjects}
    here = [n for n in files if n not in ("excerpt.json", STATEMENT)]
    need(len(digests) == len(subjects) and not {"excerpt.json", STATEMENT} & set(digests), "statement: subjects")
    may_lack = re.compile(r"packet\.(pdf|json)|audit/.*|transcripts/t-\d{2,6}\.har|screenshots/s-\d{2,6}\.png", re.S | re.ASCII)
    need(set(here) <= set(digests) and all(n in files or may_lack.fullmatch(n) for n in digests) if excerpt else here == list(digests),
         "statement: other subjects than files")
    for n in here:
        need(sha(files[n]) == digests[n], n + ": another digest than in the statement")
    check_sums(files, subjects, key)
    name = "excerpt.json" if excerpt else "packet.json"
    need(len(files[name]) <= 2**26, name + ": too large")
    doc, signers, checkpoint, attached, notes = parse(files[name], name), [(signer, p["made_at"])], None, False, []
    more = {"packet": p["name"]} if excerpt else {"anchors": [text]}
    need(fits(doc, {"format": 1, "head": lambda v: True, "leaves": lambda v: True, **more}), name + ": shape")
    check_head(doc["head"], p)
    leaves = check_leaves(doc["leaves"], p, files, excerpt)
    if not excerpt:
        places = doc["anchors"]
        need(len(set(places)) == len(places) and {leaf["anchor"] for leaf in leaves} <= set(places),
             "anchors: not those of the leaves")
        fit = lambda k: files["validation/pdf.crt.pem"] == pem("CERTIFICATE", k.certificate)
        pdf, key = of_use(keys, "pdf", fit, "pdf.crt.pem: no certificate of keys.json")
        stamp = files.get("validation/timestamp.tsr")
        attached, note = check_pdf(files["packet.pdf"], files[name], pdf.certificate, key, p["pdf_seal"], stamp)
        size, root, checkpoint, log = read_checkpoint(files, keys)
        check_audit(files, p, size, root)
        signers += [(pdf, p["made_at"]), (log, checkpoint)]
        notes = [note]
    vouch(keys, signers, checkpoint, attached)
    if other is not None:
        other = read_keys(other)
        vouch(other, signers, checkpoint, attached)
    need(fingerprint in (None, (other or keys).root), "the root's fingerprint is another: " + (other or keys).root)
    kind = f"excerpt: {len(leaves)} of {p['leaves']} leaves" if excerpt else "packet"
    return [f"{kind} of {p['name']}, made at {p['made_at']}, decision {p['decision']}", *notes, "root's fingerprint: " + keys.root]

def main():
    parser = argparse.ArgumentParser(description="Checks a packet or an excerpt.")
    parser.add_argument("--fingerprint", metavar="HEX", help="of the server's root, got by another way than the packet")
    parser.add_argument("--keys", metavar="FILE", help="a keys.json got by another way than the packet")
    parser.add_argument("packet", metavar="PACKET.zip")
    args = parser.parse_args()
    if args.fingerprint is not None and not digest(args.fingerprint):
        parser.error("a fingerprint is 64 digits of lower-case hex")
    try:
        other = open(args.keys, "rb").read() if args.keys is not None else None
        large = os.path.getsize(args.packet) > 2**30
        data = b"" if large else open(args.packet, "rb").read()
    except OSError as e:
        parser.error(ascii(str(e)))
    warnings.simplefilter("ignore")
    try:
        need(not large, "archive: too large")
        notes = check(data, args.fingerprint, other)
        known = args.fingerprint is not None or other is not None
        verdict = "VALID" if known else "INTACT, SIGNER UNKNOWN"
    except Bad as e:
        verdict, notes = "INVALID", [ascii(str(e))[1:-1]]
    except Exception as e:  # whatever in the packet is not as the format says
        verdict, notes = "INVALID", ["malformed: " + ascii(f"{type(e).__name__}: {e}")[1:-1]]
    print("\n".join([verdict, *notes]))
    return 0 if verdict == "VALID" else 1

if __name__ == "__main__":
    sys.exit(main())
