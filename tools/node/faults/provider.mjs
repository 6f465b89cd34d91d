// The real OpenID provider behind `make faults`. Reads one line of JSON, { origin, clients }, serves plain
// http on a free port of loopback, writes the port and what signs in, and ends when its input ends.

import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { listen } from '../record/hosts.mjs';
import { providerHandler, testUsers } from '../record/provider.mjs';

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
lines.once('line', async (line) => {
  const { origin, clients } = JSON.parse(line);
  const server = createServer(providerHandler(origin, clients, { proxied: true }));
  await listen(server, 0);
  const { claims, password } = testUsers['driver-licence'];
  process.stdout.write(`${JSON.stringify({ port: server.address().port, email: claims.email, password })}\n`);
});
