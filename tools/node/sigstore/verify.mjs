// Verifies an unpacked packet with sigstore-js, offline: node sigstore/verify.mjs FOLDER KEY.pem
//
// The statement's signature must hold with the key, and every file that the statement names must have its digest.
// There is no transparency log, certificate or time stamp to ask for: the packet's key is a plain one.
// Prints one line; exits 0 when all holds, 1 when not.

import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

const [folder, keyFile] = process.argv.slice(2);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function verify() {
  const key = createPublicKey(readFileSync(keyFile)).export({ type: 'spki', format: 'der' });
  const bundle = bundleFromJSON(JSON.parse(readFileSync(join(folder, 'statement.sigstore.json'), 'utf8')));
  const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  const trust = toTrustMaterial(nobody, { [sha256(key)]: { rawBytes: key } });
  new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle));

  const statement = JSON.parse(bundle.content.dsseEnvelope.payload.toString('utf8'));
  for (const { name, digest } of statement.subject) {
    if (sha256(readFileSync(join(folder, name))) !== digest.sha256) throw new Error(`${name} has another digest`);
  }
  return statement.subject.length;
}

try {
  console.log(`verified: ${verify()} files`);
} catch (error) {
  console.log(`refused: ${error.message}`);
  process.exitCode = 1;
}
