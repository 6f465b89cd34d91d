// Asks the developer tools of real browsers what they make of a HAR: the importer that Chromium's
// Network panel uses, and the one of Firefox's network monitor. Nothing leaves the machine.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const FRONTEND = 'devtools://devtools/bundled';

/**
 * Imports each text in Chromium's developer tools; gives per text the number of requests and the
 * address of the first, or the error.
 */
export async function importInChromium(texts) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: QUIET });
  try {
    const page = await browser.newPage();
    await page.goto(`${FRONTEND}/devtools_app.html`);
    const found = [];
    for (const text of texts) {
      found.push(await page.evaluate(async ([frontend, har]) => {
        const { HARFormat, Importer } = await import(`${frontend}/models/har/har.js`);
        try {
          const requests = Importer.Importer.requestsFromHARLog(new HARFormat.HARRoot(JSON.parse(har)).log);
          return { requests: requests.length, first: requests[0]?.url() };
        } catch (error) {
          return { error: String(error) };
        }
      }, [FRONTEND, text]));
    }
    return found;
  } finally {
    await browser.close();
  }
}

/** A client of Firefox's Marionette protocol: length-prefixed JSON, one answer per command. */
export class Marionette {
  #socket;
  #buffer = Buffer.alloc(0);
  #waiting = [];
  #ready = [];
  #last = 0;

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#take(data));
  }

  static async connect(port, attempts = 150) {
    for (; ; attempts--) {
      try {
        const socket = await new Promise((resolve, reject) => {
          const s = net.connect(port, '127.0.0.1', () => resolve(s));
          s.once('error', reject);
        });
        const client = new Marionette(socket);
        await client.#next(); // its greeting
        return client;
      } catch (error) {
        if (attempts === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  #take(data) {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (; ;) {
      const colon = this.#buffer.indexOf(':');
      const end = colon + 1 + Number(this.#buffer.subarray(0, Math.max(colon, 0)));
      if (colon < 0 || this.#buffer.length < end) return;
      const message = JSON.parse(this.#buffer.subarray(colon + 1, end));
      this.#buffer = this.#buffer.subarray(end);
      const waiting = this.#waiting.shift();
      if (waiting) waiting(message);
      else this.#ready.push(message);
    }
  }

  #next() {
    if (this.#ready.length > 0) return Promise.resolve(this.#ready.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async call(name, params) {
    const text = JSON.stringify([0, ++this.#last, name, params]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    const [, , error, result] = await this.#next();
    if (error) throw new Error(`${name}: ${error.message}`);
    return result.value;
  }

  close() {
    this.#socket.destroy();
  }
}

/** A port of loopback that nobody listens on. */
export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// Runs inside Firefox, where its own developer tools are loaded from.
const IMPORT = `
  const { require } = ChromeUtils.importESModule('resource://devtools/shared/loader/Loader.sys.mjs');
  const { HarImporter } = require('devtools/client/netmonitor/src/har/har-importer');
  const requests = [];
  const noted = () => {};
  try {
    new HarImporter({ addRequest: (id, request) => requests.push(request), updateRequest: noted, addTimingMarker: noted, clearRequests: noted })
      .import(arguments[0]);
  } catch (error) {
    return { error: String(error) };
  }
  return { requests: requests.length, first: requests[0]?.url };`;

/** The same as importInChromium, by Firefox's network monitor. */
export async function importInFirefox(texts) {
  const profile = mkdtempSync(join(tmpdir(), 'proofwalk-firefox-'));
  const port = await freePort();
  const prefs = {
    'marionette.port': port,
    'app.normandy.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'services.settings.server': 'data:,',
    'toolkit.telemetry.enabled': false,
  };
  writeFileSync(join(profile, 'user.js'), Object.entries(prefs).map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});\n`).join(''));
  const args = ['--headless', '--marionette', '--remote-allow-system-access', '--no-remote', '--profile', profile];
  const firefox = spawn(process.env.FIREFOX ?? 'firefox-esr', args, { stdio: 'ignore', env: { ...process.env, HOME: profile } });
  const ended = new Promise((resolve) => firefox.once('exit', resolve));
  try {
    const client = await Marionette.connect(port);
    await client.call('WebDriver:NewSession', {});
    await client.call('Marionette:SetContext', { value: 'chrome' });
    const found = [];
    for (const text of texts) found.push(await client.call('WebDriver:ExecuteScript', { script: IMPORT, args: [text] }));
    client.close();
    return found;
  } finally {
    firefox.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
