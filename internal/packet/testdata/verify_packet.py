#!/usr/bin/env python3
# Written from docs/packet_format.md alone, it shares nothing with the program that makes packets:
# it checks packets and excerpts with another implementation.
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
KINDS = ("configuration item finding error_paths null_values minimization remark test_run transcript screenshot "
         "credential_pass minutes_entry question").split()
NOT_PROVEN = "not_seen declaration_only waived stale partner_side documents credential_passed partner_made".split()
USES = {"bundle": "ecdsa-p256-sha256", "pdf": "ecdsa-p256-sha256", "checkpoint": "ed25519"}
STATEMENT = "statement.sigstore.json"

class Bad(Exception):
    pass

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
def number(v, low=1): return type(v) is int and v >= low
def digest(v): return text(v, "[0-9a-f]{64}")
def canon(v): return json.dumps(v, ensure_ascii=False, separators=(",", ":")).encode()  # of what parse() returned

def members(v, names, what):
    need(type(v) is dict and sorted(v) == sorted(names.split()), what + ": other members than " + names)

def time(v, what):
    need(text(v, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"), what + ": not a time")
    return datetime.fromisoformat(v[:-1])

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
    wanted = {"validation/" + n for n in ("bundle.pub.pem", "checkpoint.pub.pem", "root.pub.pem", "keys.json", "pdf.crt.pem")}
    wanted |= set() if excerpt else {"audit/checkpoint", "audit/entries.jsonl", "audit/proofs.json"}
    need(wanted <= set(names), "files: missing " + ", ".join(sorted(wanted - set(names))))

# keys.json -----------------------------------------------------------------------------------------------------------

def public_key(der, algorithm):
    key = serialization.load_der_public_key(der)
    ok = (isinstance(key, ed25519.Ed25519PublicKey) if algorithm == "ed25519" else
          isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1))
    need(ok and spki(key) == der, "keys.json: not a public key of " + algorithm)
    return key

def spki(key): return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

def read_keys(data):
    what = "keys.json"
    doc = parse(data, what)
    members(doc, "format issued_at keys root signature", what)
    members(doc["root"], "algorithm id public_key", what)
    root = b64(doc["root"]["public_key"])
    need(number(doc["format"]) and doc["format"] == 1 and doc["root"]["algorithm"] == "ed25519" and doc["root"]["id"] == sha(root),
         what + ": format or root")
    signature = b64(doc.pop("signature"))
    holds(what, public_key(root, "ed25519"), signature, canon(doc))
    time(doc["issued_at"], what)
    need(type(doc["keys"]) is list, what + ": no keys")
    entries = {}
    for k in doc["keys"]:
        members(k, "algorithm certificate compromised_at id not_before public_key retired_at status use", what)
        need(k["use"] in USES and k["algorithm"] == USES[k["use"]], what + ": use or algorithm")
        need(k["status"] in ("active", "retired", "compromised"), what + ": status")
        for t in ("not_before", "retired_at", "compromised_at"):
            need(k[t] is None and t != "not_before" or time(k[t], what), what + ": times")
        der = b64(k["public_key"])
        need(k["id"] == sha(der) and k["id"] not in entries and k["id"] != doc["root"]["id"], what + ": id of a key")
        entry = entries[k["id"]] = SimpleNamespace(**k, der=der, key=public_key(der, k["algorithm"]))
        need((entry.certificate is not None) == (entry.use == "pdf"), what + ": certificate where there is none, or none")
        if entry.use == "pdf":
            entry.certificate = b64(entry.certificate)
            cert = x509.load_der_x509_certificate(entry.certificate)
            need(spki(cert.public_key()) == der and cert.issuer == cert.subject, what + ": certificate of another key")
            holds("certificate", entry.key, cert.signature, cert.tbs_certificate_bytes, ec.ECDSA(cert.signature_hash_algorithm))
    return SimpleNamespace(root=doc["root"]["id"], root_der=root, entries=entries)

def vouch(keys, signers, checkpoint, attached):
    """signers: pairs of a key and the first time; checkpoint: the second time or None; attached: packet.json is in packet.pdf."""
    for signer, first in signers:
        k = keys.entries.get(signer.id)
        need(k and k.use == signer.use and k.algorithm == signer.algorithm, f"keys.json does not know the {signer.use} key")
        need(k.not_before <= first, f"keys.json does not vouch for the {signer.use} key so early")
        before = k.retired_at is None or k.retired_at >= first
        need({"active": k.retired_at is None and k.compromised_at is None,
              "retired": k.retired_at is not None and before and k.compromised_at is None,
              "compromised": bool(k.compromised_at and checkpoint and k.compromised_at > checkpoint and before)}[k.status],
             f"keys.json does not vouch for the {signer.use} key ({k.status})")
    stolen = {signer.use for signer, _ in signers if keys.entries[signer.id].status == "compromised"}
    need("bundle" not in stolen or stolen == {"bundle"} and attached, "keys.json: no other key shows what the compromised bundle key signed")

# The statement -------------------------------------------------------------------------------------------------------

def read_statement(files, keys):
    what, kind = "statement", "application/vnd.in-toto+json"
    doc = parse(files[STATEMENT], what)
    payload, sig = doc["dsseEnvelope"]["payload"], doc["dsseEnvelope"]["signatures"][0]["sig"]
    hint = doc["verificationMaterial"]["publicKey"]["hint"]
    need(canon(doc) == canon({"dsseEnvelope": {"payload": payload, "payloadType": kind, "signatures": [{"sig": sig}]},
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {"publicKey": {"hint": hint}}}), what + ": bundle")
    signer, data = keys.entries.get(hint), b64(payload)
    need(signer and signer.use == "bundle", what + ": hint names no bundle key")
    ecdsa(what, signer.key, b64(sig), b"DSSEv1 28 %s %d %s" % (kind.encode(), len(data), data))
    need(files["validation/bundle.pub.pem"] == pem("PUBLIC KEY", signer.der), "bundle.pub.pem is not the signer's key")
    st = parse(data, what)
    members(st, "_type predicateType subject predicate", what)
    need(st["_type"] == "https://in-toto.io/Statement/v1" and st["predicateType"] == "https://github.com/proofwalk/proofwalk/packet/v1",
         what + ": type")
    for subject in st["subject"]:
        members(subject, "name digest", what)
        members(subject["digest"], "sha256", what)
        need(text(subject["name"]) and digest(subject["digest"]["sha256"]), what + ": subject")
    p = st["predicate"]
    members(p, "format name revision edition made_at decision outcome integration "
            "head_sha256 leaves merkle_root pdf_seal sign_offs supersedes", what)
    need(number(p["format"]) and p["format"] == 1 and number(p["revision"]) and number(p["edition"]) and number(p["leaves"], 0)
         and p["name"] == f"r{p['revision']}.{p['edition']}" and digest(p["head_sha256"]) and digest(p["merkle_root"]), what + ": predicate")
    time(p["made_at"], what)
    need(p["decision"] in ("ready", "returned") and p["outcome"] in (None, "go", "go_with_conditions", "no_go"), what + ": decision or outcome")
    members(p["integration"], "id name partner", what)
    need(all(text(v) for v in p["integration"].values()), what + ": integration")
    seal = p["pdf_seal"]
    members(seal, "level stamp stamped_at", what)
    if seal["level"] == "B-T":
        time(seal["stamped_at"], what)
    need((seal["level"], seal["stamp"]) == ("B-T", "stamped") or seal["level"] == "B-B" and seal["stamp"] in ("none", "unreachable")
         and seal["stamped_at"] is None, what + ": pdf_seal")
    roles = []
    for s in p["sign_offs"]:
        members(s, "at by role", what)
        time(s["at"], what)
        roles.append(s["role"])
        need(text(s["by"]) and s["role"] in ("partner", "consultant", "account_team") and roles.count(s["role"]) == 1, what + ": sign-off")
    old = p["supersedes"]
    if old is not None:
        members(old, "revision edition sha256", what)
        need(number(old["revision"]) and number(old["edition"]) and digest(old["sha256"]), what + ": supersedes")
    before = old and (old["revision"], old["edition"])
    need(before == (p["revision"], p["edition"] - 1) if p["edition"] > 1 else not old or before < (p["revision"], 1), what + ": supersedes")
    return signer, st["subject"], p

def check_sums(files, subjects, signer):
    sums = "".join(f"{s['digest']['sha256']}  {s['name']}\n" for s in subjects if not s["name"].startswith("SHA256SUMS"))
    need(files["SHA256SUMS"] == sums.encode(), "SHA256SUMS: not the list of the files")
    ecdsa("SHA256SUMS.sig", signer.key, files["SHA256SUMS.sig"], files["SHA256SUMS"])

def check_head(head, p):
    word = lambda v: None if v is None else v["word"]
    mine = {**{n: head[n] for n in "name revision edition made_at supersedes".split()},
            "decision": word(head["decision"]), "outcome": word(head["outcome"]),
            "integration": {n: head["integration"][n] for n in ("id", "name", "partner")},
            "sign_offs": [{n: s[n] for n in ("at", "by", "role")} for s in head["sign_offs"]], "head_sha256": sha(canon(head))}
    for name, value in mine.items():
        need(canon(value) == canon(p[name]), f"head: {name} differs from the statement's")
    need(all(n["kind"] in NOT_PROVEN for n in head["not_proven"]), "head: not_proven")

def merkle(hs):
    if len(hs) < 2:
        return hs[0] if hs else h256(b"")
    left = 1 << (len(hs) - 1).bit_length() - 1
    return h256(b"\1", merkle(hs[:left]), merkle(hs[left:]))

def check_leaves(leaves, p, files, hidden):
    """Checks the leaves (with hidden: those left out are hashes) and returns the whole ones."""
    need(type(leaves) is list and len(leaves) == p["leaves"], "leaves: another number")
    hs, shown, named = [], [], set()
    for leaf in leaves:
        if hidden and type(leaf) is dict and list(leaf) == ["hash"]:
            need(digest(leaf["hash"]), "leaves: hash")
            hs.append(bytes.fromhex(leaf["hash"]))
            continue
        members(leaf, "anchor body kind salt", "leaf")
        need(text(leaf["anchor"]) and type(leaf["body"]) in (dict, list) and leaf["kind"] in KINDS and text(leaf["salt"], "[0-9a-f]{32}"),
             "leaf: malformed")
        hs.append(h256(b"\0", canon(leaf)))
        shown.append(leaf)
        if leaf["kind"] in ("transcript", "screenshot"):
            name = leaf["body"]["file"]
            need(name.startswith(leaf["kind"] + "s/") and name in files and leaf["body"]["sha256"] == sha(files[name]),
                 f"leaf {leaf['anchor']}: its file")
            named.add(name)
    order = [KINDS.index(leaf["kind"]) for leaf in shown]
    need(order == sorted(order), "leaves: order of kinds")
    need(len({leaf["anchor"] for leaf in shown}) == len(shown), "leaves: an anchor twice")
    need(named == {n for n in files if n.startswith(("transcripts/", "screenshots/"))}, "a transcript or screenshot without a leaf")
    need(merkle(hs).hex() == p["merkle_root"], "leaves: another Merkle root")
    return shown

# The PDF's file structure --------------------------------------------------------------------------------------------

SPACE, REGULAR = rb"[\0\t\n\f\r ]", rb"[^\0\t\n\f\r ()<>\[\]{}/%]"
TOKEN = re.compile(SPACE + rb"*(?:(<<|>>|[\[\]])|/(" + REGULAR + rb"*)|(<[0-9A-Fa-f\0\t\n\f\r ]*>)|(\()|(\d+" + SPACE + rb"+\d+" + SPACE
                   + rb"+R|[+-]?(?:\d+\.?\d*|\.\d+)|true|false|null)(?!" + REGULAR + rb"))")
IN_TEXT = re.compile(rb"\\.|[()]", re.S)

class Objects:
    """Reads PDF objects: names are str, whole numbers int, strings (start, end), all else bytes. Every name goes to names."""
    def __init__(self, data, pos, names):
        self.data, self.pos, self.names = data, pos, names

    def item(self, end=None):
        m = TOKEN.match(self.data, self.pos)
        need(m, f"PDF: malformed at byte {self.pos}")
        self.pos, (mark, name, digits, paren, word) = m.end(), m.groups()
        if mark == b"<<":
            out = {}
            while (key := self.item(b">>")) != b">>":
                need(type(key) is str and key not in out, "PDF: key of a dictionary")
                out[key] = self.item()
            return out
        if mark == b"[":
            return list(iter(lambda: self.item(b"]"), b"]"))
        if mark:
            need(mark == end, "PDF: brackets")
        elif name is not None:
            self.names.append(re.sub(rb"#([0-9A-Fa-f]{2})", lambda h: bytes.fromhex(h[1].decode()), name).decode("latin-1"))
            return self.names[-1]
        elif digits:
            return m.start(3), m.end(3)
        elif paren:
            depth = 1
            while depth:
                t = IN_TEXT.search(self.data, self.pos)
                need(t, "PDF: string without end")
                self.pos, depth = t.end(), depth + {b"(": 1, b")": -1}.get(t[0], 0)
            return m.start(4), self.pos
        return int(word) if word and word.isdigit() else mark or word

def inflate(d, stream):
    need(stream is not None and d.get("Filter") == "FlateDecode" and "DecodeParms" not in d, "PDF: filter of a stream")
    z = zlib.decompressobj()
    data = z.decompress(stream, 2**24 + 1)
    need(len(data) <= 2**24 and z.eof and not z.unused_data, "PDF: compressed stream")
    return data

def read_pdf(pdf):
    """Checks the file structure; returns the signature's dictionary."""
    pos, objects, names, packed = len(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}, [], {}
    need(pdf[:pos] == b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF: header")
    while not pdf.startswith(b"startxref\n", pos):
        m = re.compile(rb"([1-9]\d{0,8}) 0 obj\n").match(pdf, pos)
        need(m and int(m[1]) not in objects, f"PDF: no new object at byte {pos}")
        reader, stream = Objects(pdf, m.end(), names), None
        d, end = reader.item(), reader.pos
        if pdf.startswith(b"\nstream\n", end):
            need(type(d) is dict and number(d.get("Length"), 0), "PDF: length of a stream")
            stream, end = pdf[end + 8:end + 8 + d["Length"]], end + 8 + d["Length"] + len(b"\nendstream")
            need(pdf[end - 10:end] == b"\nendstream", "PDF: end of a stream")
        need(pdf.startswith(b"\nendobj\n", end), f"PDF: end of object {int(m[1])}")
        objects[int(m[1])], pos = (pos, d, stream), end + 8
    need(objects, "PDF: no objects")
    start, d, stream = list(objects.values())[-1]
    need(pdf[pos:] == b"startxref\n%d\n%%%%EOF\n" % start, "PDF: end of the file")
    need(type(d) is dict and d.get("Type") == "XRef" and not {"Prev", "Index", "XRefStm", "Encrypt"} & set(d), "PDF: cross-reference stream")
    rows, widths, pos = inflate(d, stream), d["W"], 0
    for n, (_, o, content) in objects.items():
        if content is not None and o.get("Type") == "ObjStm":
            data = inflate(o, content)
            heads, reader = [int(v) for v in data[:o["First"]].split()], Objects(data, o["First"], names)
            need(len(heads) == 2 * o["N"], "PDF: head of an object stream")
            for i in range(o["N"]):
                reader.pos = re.compile(SPACE + b"*").match(data, reader.pos).end()
                need(reader.pos == o["First"] + heads[2 * i + 1], "PDF: offset in an object stream")
                packed[n, i] = heads[2 * i]
                reader.item()
            need(not data[reader.pos:].strip(b"\0\t\n\f\r "), "PDF: end of an object stream")
    need(len(widths) == 3 and all(number(w, 0) and w < 9 for w in widths) and number(d["Size"]) and len(rows) == d["Size"] * sum(widths),
         "PDF: size of the cross-reference stream")
    for n in range(d["Size"]):
        row = []
        for w in widths:
            row, pos = row + [int.from_bytes(rows[pos:pos + w], "big")], pos + w
        kind = row[0] if widths[0] else 1
        need(kind == 0 or kind == 1 and n in objects and row[1:] == [objects[n][0], 0]
             or kind == 2 and n not in objects and packed.get((row[1], row[2])) == n, f"PDF: cross-reference of object {n}")
    need(names.count("ByteRange") == 1 and names.count("FT") == 1, "PDF: not one signature")
    signatures = [o for _, o, content in objects.values() if content is None and type(o) is dict and "ByteRange" in o]
    need(len(signatures) == 1, "PDF: ByteRange at another place")
    return signatures[0], [content for _, o, content in objects.values()
        if content is not None and o.get("Type") == "EmbeddedFile" and o.get("Filter") == "FlateDecode" and "DecodeParms" not in o]

def attaches(pdf, data):
    """Exactly one file is attached, and is this one."""
    _, attached = read_pdf(pdf)
    return len(attached) == 1 and zlib.decompressobj().decompress(attached[0], len(data) + 1) == data

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

def check_pdf(pdf, certificate, key, seal, tsr):
    sig, _ = read_pdf(pdf)
    a, b = sig["Contents"]
    need((sig["Type"], sig["Filter"], sig["SubFilter"]) == ("Sig", "Adobe.PPKLite", "ETSI.CAdES.detached")
         and sig["ByteRange"] == [0, a, b, len(pdf) - b] and re.fullmatch(rb"<([0-9a-f]{2})+>", pdf[a:b]), "PDF: dictionary of the signature")
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
    return ["time stamp: none (" + seal["stamp"] + ")"] if token is None else check_token(token, signature, seal["stamped_at"])

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
    need(len(outer) == 2 and outer[0].raw == SIGNED, "time stamp: no signed data")
    version, digests, content, *rest = kids(only(outer[1], 0xA0))
    need(version.raw in (b"\2\1\3", b"\2\1\4", b"\2\1\5") and bytes(e.tag for e in rest) in (b"\xa0\x31", b"\xa0\xa1\x31"),
         "time stamp: version, no certificate or no signer")
    content = kids(content)
    need(len(content) == 2 and content[0].raw == TST, "time stamp: no TSTInfo")
    info = only(content[1], 0xA0)
    need(info.tag == 4 and tlv(info.body).raw == info.body, "time stamp: TSTInfo")
    tst = kids(tlv(info.body))
    more = [e.tag for e in tst[5:]]
    need(tst[0].raw == b"\2\1\1" and [e.tag for e in tst[1:5]] == [6, 0x30, 2, 0x18]
         and more == [t for t in (0x30, 1, 2, 0xA0, 0xA1) if t in more], "time stamp: TSTInfo")
    imprint = kids(tst[2])
    need(hash_named(imprint[0]) is hashes.SHA256 and [e.raw for e in imprint[1:]] == [der(4, h256(signature))],
         "time stamp: of another signature")
    m = re.fullmatch(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z", tst[4].body)
    need(m, "time stamp: time")
    y, mo, d, h, mi, s, f = (g.decode() if g else "" for g in m.groups())
    at = f"{y}-{mo}-{d}T{h}:{mi}:{s}.{(f + '000000')[:6]}Z"
    need(at == stamped_at, "time stamp: not of stamped_at")

    signer = kids(only(rest[-1], 0x31))
    tags = bytes(e.tag for e in signer)
    need(len(tags) in (6, 7) and b"\2\x30\x30\xa0\x30\4\xa1".startswith(tags.replace(b"\x80", b"\x30", 1)), "time stamp: signer")
    version, sid, algorithm, attributes, scheme, value = signer[:6]
    need(version.raw == {0x30: b"\2\1\1", 0x80: b"\2\1\3"}[sid.tag] and hash_named(algorithm) in map(hash_named, kids(digests, 0x31)),
         "time stamp: signer's version or algorithm")
    values, raws = {}, [e.raw for e in kids(attributes, 0xA0)]
    for attribute in kids(attributes, 0xA0):
        name, held = kids(attribute)
        need(name.raw not in values, "time stamp: an attribute twice")
        values[name.raw] = held
    need(raws == sorted(raws), "time stamp: attributes not in DER")
    need(only(values[CONTENT_TYPE], 0x31).raw == TST and only(values[DIGEST], 0x31).raw == der(4, digest_with(hash_named(algorithm), info.body)),
         "time stamp: attributes of another TSTInfo")
    found = []
    for raw in [e.raw for e in kids(rest[0], 0xA0) if e.tag == 0x30]:
        cert = x509.load_der_x509_certificate(raw)
        if sid.tag == 0x30 and sid.body == b"".join(issuer_and_serial(raw)) or sid.tag == 0x80 and sid.body in [
                e.value.digest for e in cert.extensions if e.oid == x509.SubjectKeyIdentifier.oid]:
            found.append((raw, cert))
    need(len(found) == 1, "time stamp: no certificate of the signer")
    (raw, cert), = found
    issuer, serial = issuer_and_serial(raw)
    named = [n for n in (CERT_V1, CERT_V2) if n in values]
    need(named, "time stamp: no signingCertificate")
    for n in named:
        essid = kids(kids(kids(only(values[n], 0x31))[0])[0])
        algorithm1 = hashes.SHA1 if n == CERT_V1 else hash_named(essid.pop(0)) if essid[0].tag == 0x30 else hashes.SHA256
        need(essid[0].raw == der(4, digest_with(algorithm1, raw))
             and [e.body for e in essid[1:]] in ([], [der(0x30, der(0xA4, issuer)) + serial]),
             "time stamp: signingCertificate names another")
    usage = cert.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    need(usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING],
         "time stamp: the certificate's extended key usage")
    need(cert.not_valid_before <= time(at, "time stamp") <= cert.not_valid_after, "time stamp: certificate not valid at the time")
    scheme, *parameters = [e.raw for e in kids(scheme)]
    need(parameters in ([], [b"\5\0"]), "time stamp: parameters of the signature")
    key, message = cert.public_key(), der(0x31, attributes.body)
    if isinstance(key, rsa.RSAPublicKey) and scheme in RSA_SIGNATURES:
        holds("time stamp", key, value.body, message, padding.PKCS1v15(), (RSA_SIGNATURES[scheme] or hash_named(algorithm))())
    else:
        need(isinstance(key, ec.EllipticCurvePublicKey) and scheme in EC_SIGNATURES, "time stamp: kind of signature")
        holds("time stamp", key, value.body, message, ec.ECDSA(EC_SIGNATURES[scheme]()))
    return [f"time stamp: {at} by {ascii(cert.subject.rfc4514_string())}, certificate's SHA-256 {sha(raw)} (nobody vouches for it)"]

# The audit log -------------------------------------------------------------------------------------------------------

def read_checkpoint(files, keys):
    """Returns size, root hash, time and key of the checkpoint."""
    what, note = "checkpoint", files["audit/checkpoint"]
    m = re.fullmatch(r"((proofwalk/[0-9a-f]{16})\n([1-9]\d{0,15})\n(\S+)\ntime (\S+)\n)\n\u2014 (\S+) (\S+)\n", note.decode(), re.ASCII)
    need(len(note) <= 1024 and m, what + ": malformed")
    body, origin, size, root, at, name, sig = m.groups()
    need(origin == name == "proofwalk/" + keys.root[:16] and int(size) < 2**53
         and len(b64(root)) == 32 and len(b64(sig)) == 68, what + ": malformed")
    time(at, what)
    found = [k for k in keys.entries.values() if k.use == "checkpoint" and files["validation/checkpoint.pub.pem"] == pem("PUBLIC KEY", k.der)]
    need(found and b64(sig)[:4] == h256(origin.encode(), b"\n\1", found[0].der[-32:])[:4], what + ": its key is not checkpoint.pub.pem")
    holds(what, found[0].key, b64(sig)[4:], body.encode())
    return int(size), b64(root), at, found[0]

def included(leaf, index, size, proof, root):
    at, last = index, size - 1
    for p in proof:
        if not last:
            return False
        if at & 1 or at == last:
            leaf = h256(b"\1", p, leaf)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            leaf = h256(b"\1", leaf, p)
        at, last = at >> 1, last >> 1
    return last == 0 and leaf == root

def check_audit(files, p, size, root):
    lines = files["audit/entries.jsonl"].split(b"\n")
    need(lines.pop() == b"" and 1 <= len(lines) <= 1000000, "audit: lines")
    proofs = parse(files["audit/proofs.json"], "proofs.json")
    members(proofs, "entries format size", "proofs.json")
    need(canon([proofs["format"], proofs["size"]]) == canon([1, size]) and len(proofs["entries"]) == len(lines),
         "proofs.json: format, size or number of entries")
    before = -1
    for i, (line, proof) in enumerate(zip(lines, proofs["entries"])):
        entry, what = parse(line, "audit entry"), f"audit entry {i + 1}"
        need(canon(entry["v"]) == b"1" and entry["integration_id"] == p["integration"]["id"], what + ": of another integration or version")
        seals = (entry["action"] == "packet.seal" and entry["object"]["kind"] == "packet" and entry["object"]["id"] == p["name"]
                 and entry["details"].get("packet_json") == sha(files["packet.json"]))
        need(seals == (i == len(lines) - 1), what + ": not the last, and no other, seals this packet")
        members(proof, "hashes index", "proofs.json")
        need(number(proof["index"], 0) and before < proof["index"] < size, what + ": index")
        need(type(proof["hashes"]) is list and len(proof["hashes"]) <= 64 and all(map(digest, proof["hashes"])), what + ": hashes")
        before = proof["index"]
        need(included(h256(b"\0", line), before, size, [bytes.fromhex(v) for v in proof["hashes"]], root), what + ": the proof does not hold")

# All together --------------------------------------------------------------------------------------------------------

def check(data, fingerprint, other):
    """Returns what to say about a packet whose signer is known, or raises."""
    files = unzip(data)
    excerpt = "excerpt.json" in files
    layout(list(files), excerpt)
    keys = read_keys(files["validation/keys.json"])
    need(files["validation/root.pub.pem"] == pem("PUBLIC KEY", keys.root_der), "root.pub.pem is not the root of keys.json")
    signer, subjects, p = read_statement(files, keys)
    digests = {s["name"]: s["digest"]["sha256"] for s in subjects}
    name = "excerpt.json" if excerpt else "packet.json"
    need(len(files[name]) <= 2**26, name + ": too large")
    doc, signers, checkpoint, notes = parse(files[name], name), [(signer, p["made_at"])], None, []
    layout([s["name"] for s in subjects] + [STATEMENT], False)
    here = [n for n in files if n not in ("excerpt.json", STATEMENT)]
    withheld = ("packet.pdf", "packet.json", "audit/", "transcripts/", "screenshots/")
    need(here == [n for n in digests if n in files or not excerpt or not n.startswith(withheld)], "statement: other subjects than files")
    for n in here:
        need(sha(files[n]) == digests[n], n + ": another digest than in the statement")
    check_sums(files, subjects, signer)
    members(doc, "format head leaves packet" if excerpt else "anchors format head leaves", name)
    need(canon([doc["format"], doc.get("packet", p["name"])]) == canon([1, p["name"]]), name + ": format or name")
    check_head(doc["head"], p)
    leaves = check_leaves(doc["leaves"], p, files, excerpt)
    if not excerpt:
        places, mine = doc["anchors"], {leaf["anchor"] for leaf in leaves}
        drawn = [re.fullmatch(r"(t-[0-9]+)\.e[1-9][0-9]*", a) for a in places if a not in mine]
        transcripts = {leaf["anchor"] for leaf in leaves if leaf["kind"] == "transcript"}
        need(len(set(places)) == len(places) and mine <= set(places) and all(m and m[1] in transcripts for m in drawn),
             "anchors: not those of the leaves")
        found = [k for k in keys.entries.values() if k.use == "pdf" and files["validation/pdf.crt.pem"] == pem("CERTIFICATE", k.certificate)]
        need(found, "pdf.crt.pem: no certificate of keys.json")
        notes += check_pdf(files["packet.pdf"], found[0].certificate, found[0].key, p["pdf_seal"], files.get("validation/timestamp.tsr"))
        size, root, checkpoint, log = read_checkpoint(files, keys)
        check_audit(files, p, size, root)
        signers += [(found[0], p["made_at"]), (log, checkpoint)]
    attached = not excerpt and attaches(files["packet.pdf"], files["packet.json"])
    vouch(keys, signers, checkpoint, attached)
    if other is not None:
        vouch(read_keys(other), signers, checkpoint, attached)
    need(fingerprint in (None, keys.root), "the root's fingerprint is another: " + keys.root)
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
