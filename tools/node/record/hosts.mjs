// Where the sites of the recordings live. Ports are fixed: testdata/integrations names them.
// The hosts are different sites to a browser (each *.localhost name is its own registrable domain),
// so cookies behave as they do between a partner and its identity provider.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const sites = {
  provider: { host: 'idp.localhost', port: 8081, origin: 'https://idp.localhost:8081' },
  right: { host: 'right.localhost', port: 8082, origin: 'https://right.localhost:8082' },
  faulty: { host: 'faulty.localhost', port: 8083, origin: 'https://faulty.localhost:8083' },
};

/**
 * A `lookup` for Node's sockets. Browsers resolve *.localhost to loopback by themselves, Node asks the
 * system, which often knows only `localhost`; any other name is refused, so nothing here leaves the machine.
 */
export function loopbackLookup(hostname, options, callback) {
  if (!hostname.endsWith('.localhost')) {
    callback(new Error('only *.localhost is dialled'));
    return;
  }
  if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
}

/** A certificate for the three hosts, good for a day, made by openssl and kept in memory only. */
export function makeCertificate() {
  const dir = mkdtempSync(join(tmpdir(), 'recording-tls-'));
  try {
    const names = Object.values(sites).map((site) => `DNS:${site.host}`).join(',');
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1',
      '-subj', '/CN=recording', '-addext', `subjectAltName=${names}`,
      '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem'),
    ], { stdio: ['ignore', 'ignore', 'pipe'] });
    return {
      key: readFileSync(join(dir, 'key.pem')),
      cert: readFileSync(join(dir, 'cert.pem')),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Listens on loopback and resolves once connections are taken. */
export function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Stops a server and drops what is still connected. */
export function close(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}
