#!/usr/bin/env python3
"""Checks packets and excerpts the short way. It follows docs/packet_format.md, section "A short verifier".
The first line of output is the verdict, for INVALID the second says why. The exit code is 0 for VALID, else 1."""
import argparse, base64, datetime, hashlib, json, re, struct, sys, zlib
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.hashes import SHA256

MAX_ARCHIVE, MAX_FILES, MAX_JSON, MAX_LEAVES, MAX_KEYS, MAX_DEPTH = 1 << 30, 10_000, 64 << 20, 200_000, 1_000, 32
MAX_NUMBER, P256_N = (1 << 53) - 1, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# A SubjectPublicKeyInfo in DER is this and the point's coordinates (uncompressed, so the 04), or this and 32 bytes.
P256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
ED25519_PREFIX = bytes.fromhex("302a300506032b6570032100")
STATEMENT, EXCERPT, KEYS = "statement.sigstore.json", "excerpt.json", "validation/keys.json"
ORDER = f"{EXCERPT} transcripts/ screenshots/ validation/ VERIFY.md SHA256SUMS SHA256SUMS.sig {STATEMENT}".split()
BUNDLE = re.compile(  # its canonical JSON has these bytes around payload, signature and hint
    rb'\{"dsseEnvelope":\{"payload":"([^"]*)","payloadType":"application/vnd\.in-toto\+json","signatures":'
    rb'\[\{"sig":"([^"]*)"\}\]\},"mediaType":"application/vnd\.dev\.sigstore\.bundle\.v0\.3\+json",'
    rb'"verificationMaterial":\{"publicKey":\{"hint":"([0-9a-f]{64})"\}\}\}')

def require(condition, reason):
    if not condition:
        raise ValueError(reason)

def canonical(value):
    # RFC 8785, as parse() has put names in order. encode() refuses lone surrogates.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

def parse(data, what):
    """The value of canonical JSON. int() refuses fractions, exponents and NaN. Names that stand twice or out of order,
    numbers that are too large and needless escapes are other bytes when the value is made JSON again."""
    require(len(data) <= MAX_JSON, f"{what} is too large")
    value = json.loads(str(data, "utf-8"), parse_float=int, parse_constant=int,
                       parse_int=lambda text: max(-MAX_NUMBER, min(MAX_NUMBER, int(text[:17]))),
                       object_pairs_hook=lambda pairs: dict(sorted(pairs, key=lambda p: p[0].encode("utf-16-be"))))
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [x for v in level if isinstance(v, (dict, list)) for x in (v.values() if isinstance(v, dict) else v)]
    require(not level and canonical(value) == data, f"{what} is too deep or not canonical JSON")
    return value

def members(value, names, what):
    require(isinstance(value, dict) and list(value) == names.split(), f"{what} has other members than {names}")

def unbase64(text):
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text, "Base64 is spelled otherwise")  # unused bits, for instance
    return data

def checked_time(text):
    require(datetime.datetime.fromisoformat(text[:26]).isoformat(timespec="microseconds") + "Z" == text, "no time")
    return text  # of such texts the order is that of the times

def read_archive(data):
    """The files by name, in order. All bytes are compared with the one archive that these files make."""
    view, files, directory, at = memoryview(data), {}, bytearray(), 0
    while data[at:at + 4] == b"PK\3\4":
        require(len(files) < MAX_FILES and at + 30 <= len(data) <= MAX_ARCHIVE, "the archive is cut off or too large")
        size, _, length = struct.unpack_from("<IIH", data, at + 18)
        start = at + 30 + length
        name, content = data[at + 30:start].decode("ascii"), view[start:start + size]
        require(len(content) == size and length <= 100 and name not in files, "a file is cut off or has a wrong name")
        common = struct.pack("<5H3I2H", 10, 0, 0, 0, 0x21, zlib.crc32(content), size, size, length, 0)
        require(data[at:start] == b"PK\3\4" + common + name.encode(), "a header of the archive is not as it must be")
        directory += b"PK\1\2\12\0" + common + bytes(10) + struct.pack("<I", at) + name.encode()
        files[name], at = content, start + size
    end = struct.pack("<4s4x2H2IH", b"PK\5\6", len(files), len(files), len(directory), at, 0)
    require(view[at:] == directory + end, "the directory of the archive is not as it must be")
    return files

def read_keys(data, what):
    document = parse(data, what)
    members(document, "format issued_at keys root signature", what)
    members(document["root"], "algorithm id public_key", what)
    root, keys, signature = document["root"], document["keys"], unbase64(document.pop("signature"))
    require(document["format"] == 1 and len(keys) <= MAX_KEYS, f"{what} has another format or too many keys")
    for key in keys:
        members(key, "algorithm certificate compromised_at id not_before public_key retired_at status use", what)
    require(all(k["id"] == hashlib.sha256(unbase64(k["public_key"])).hexdigest() for k in keys + [root]), "a wrong id")
    require(len({key["id"] for key in keys}) == len(keys), f"{what}: an id stands twice")
    der = unbase64(root["public_key"])
    require(root["algorithm"] == "ed25519" and der.startswith(ED25519_PREFIX), f"{what}: the root is no Ed25519 key")
    ed25519.Ed25519PublicKey.from_public_bytes(der[12:]).verify(signature, canonical(document))
    return root["id"], {k["id"]: k for k in keys if (k["use"], k["algorithm"]) == ("bundle", "ecdsa-p256-sha256")}

def read_statement(data, keys):
    bundle = BUNDLE.fullmatch(data) if len(data) <= MAX_JSON else None
    require(bundle and bundle[3].decode() in keys, "the statement is no bundle, or by no bundle key of keys.json")
    payload, signature, key_id = unbase64(bundle[1].decode()), unbase64(bundle[2].decode()), bundle[3].decode()
    der, (r, s) = unbase64(keys[key_id]["public_key"]), utils.decode_dss_signature(signature)
    require(der.startswith(P256_PREFIX), "the bundle key is no P-256 key")
    require(s <= P256_N // 2 and utils.encode_dss_signature(r, s) == signature, "the signature is spelled otherwise")
    encoded = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), der[26:])
    key.verify(signature, encoded, ec.ECDSA(SHA256()))
    return parse(payload, "the statement"), key_id  # that is what the server wrote

def check_vouches(keys, key_id, made_at, what):
    key = keys.get(key_id, {"status": "unknown", "retired_at": None, "compromised_at": None})
    marks = (key["status"], key["retired_at"] is None, key["compromised_at"])
    require(marks in (("active", True, None), ("retired", False, None)), f"{what}: the bundle key is {key['status']}")
    end = made_at if key["status"] == "active" else checked_time(key["retired_at"])
    require(checked_time(key["not_before"]) <= made_at <= end, f"{what}: the bundle key was not in use at made_at")

def merkle_root(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256().digest()
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + merkle_root(hashes[:left]) + merkle_root(hashes[left:])).digest()

def check_excerpt(files, digests, subjects, predicate):
    stated = {subject["name"]: subject["digest"]["sha256"] for subject in subjects}
    require(len(stated) == len(subjects) and not {EXCERPT, STATEMENT} & set(stated), "a subject has a wrong name")
    # index() refuses what no excerpt has, packet.pdf and audit/ among them.
    order = sorted(files, key=lambda name: (ORDER.index("".join(name.partition("/")[:2])), name))
    require(list(files) == order and all(digests[n] == stated.get(n) for n in order[1:-1]), "the files or their order")
    may_lack = re.compile(r"packet\.(pdf|json)\Z|(audit|transcripts|screenshots)/").match
    require(all(name in files or may_lack(name) for name in stated), "a file is missing")
    document, hashes, anchors, shown = parse(files[EXCERPT], EXCERPT), [], [], {}
    members(document, "format head leaves packet", EXCERPT)
    head, leaves = hashlib.sha256(canonical(document["head"])).hexdigest(), document["leaves"]
    require(repr(document["format"]) == "1" and isinstance(leaves, list), "another format")  # in Python true equals 1
    require((document["packet"], head) == (predicate["name"], predicate["head_sha256"]), "another name or head")
    require(len(leaves) == predicate["leaves"] <= MAX_LEAVES, "the number of leaves is not that of the statement")
    for leaf in leaves:
        data = canonical(leaf)
        withheld = re.fullmatch(rb'\{"hash":"([0-9a-f]{64})"\}', data)
        hashes.append(bytes.fromhex(withheld[1].decode()) if withheld else hashlib.sha256(b"\0" + data).digest())
        if not withheld:
            members(leaf, "anchor body kind salt", "a leaf")
            anchors.append(leaf["anchor"])
            if leaf["kind"] in ("transcript", "screenshot"):
                shown[leaf["body"]["file"]] = leaf["body"]["sha256"]
    require(merkle_root(hashes).hex() == predicate["merkle_root"], "the leaves are not those of the statement")
    require(len(set(anchors)) == len(anchors), "an anchor stands there twice")
    require(shown == {name: digests[name] for name in files if may_lack(name)}, "files are not those of shown leaves")

def check(data, fingerprint=None, given_keys=None):
    """The verdict and a remark; an exception means INVALID."""
    files = read_archive(data)
    require(KEYS in files and list(files)[-1] == STATEMENT, "keys.json is missing, or the statement is not at the end")
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    root, keys = read_keys(files[KEYS], "keys.json")
    statement, key_id = read_statement(files[STATEMENT], keys)
    if EXCERPT in files:
        check_excerpt(files, digests, statement["subject"], statement["predicate"])
    else:
        found = [{"digest": {"sha256": digests[name]}, "name": name} for name in files if name != STATEMENT]
        require(found == statement["subject"], "the files are not those of the statement")
    made_at = checked_time(statement["predicate"]["made_at"])
    check_vouches(keys, key_id, made_at, "keys.json")
    if given_keys is not None:
        root, keys = read_keys(given_keys, "the given keys.json")
        check_vouches(keys, key_id, made_at, "the given keys.json")
    require(fingerprint in (None, root), f"the root's fingerprint is {root}")
    return ("INTACT, SIGNER UNKNOWN" if fingerprint is None and given_keys is None else "VALID"), f"root {root}"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--fingerprint", metavar="HEX")
    parser.add_argument("--keys", metavar="FILE")
    parser.add_argument("packet", metavar="PACKET.zip")
    given = parser.parse_args()
    try:  # to read one byte more than there may be is enough to refuse it
        keys = None if given.keys is None else open(given.keys, "rb").read(MAX_JSON + 1)
        word, reason = check(open(given.packet, "rb").read(MAX_ARCHIVE + 1), given.fingerprint, keys)
    except Exception as error:  # hostile bytes may end in any: of type, of memory, of recursion
        word, reason = "INVALID", f"{type(error).__name__}: {error}"
    print(word, ascii(reason)[1:-1][:300], sep="\n")  # the archive's own words may be in it
    sys.exit(0 if word == "VALID" else 1)
