// Drives a real Firefox through its Marionette protocol and takes the HAR from its own Network panel: the
// same code that "Save all as HAR" runs. Marionette: a TCP stream of `LENGTH:JSON`, see Firefox's source docs.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PORT = 2829;

const prefs = {
  'marionette.port': PORT,
  'devtools.netmonitor.persistlog': true,
  'devtools.netmonitor.har.includeResponseBodies': true,
  'network.proxy.type': 0,
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'app.normandy.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

/** A Marionette connection: one command at a time. */
class Marionette {
  #socket;
  #buffer = Buffer.alloc(0);
  #waiting = [];
  #id = 0;

  static async open(port) {
    for (let tries = 0; ; tries += 1) {
      try {
        const m = new Marionette();
        await m.#connect(port);
        return m;
      } catch (error) {
        if (tries === 60) throw error;
        await pause(500);
      }
    }
  }

  async #connect(port) {
    this.#socket = connect(port, '127.0.0.1');
    const hello = this.#next();
    await new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('error', reject);
    });
    this.#socket.on('data', (data) => this.#take(data));
    await hello;
  }

  #next() {
    return new Promise((resolve) => { this.#waiting.push(resolve); });
  }

  #take(data) {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const colon = this.#buffer.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#buffer.subarray(0, colon));
      if (this.#buffer.length < end) return;
      this.#waiting.shift()?.(JSON.parse(this.#buffer.subarray(colon + 1, end)));
      this.#buffer = this.#buffer.subarray(end);
    }
  }

  async send(name, params = {}) {
    const answer = this.#next();
    const text = Buffer.from(JSON.stringify([0, this.#id += 1, name, params]));
    this.#socket.write(`${text.length}:`);
    this.#socket.write(text);
    const [, , error, result] = await answer;
    if (error) throw new Error(`${name}: ${error.message}`);
    return result?.value ?? result;
  }

  close() { this.#socket.destroy(); }
}

const openPanel = `
  const done = arguments[0];
  const { require } = ChromeUtils.importESModule('resource://devtools/shared/loader/Loader.sys.mjs');
  const { gDevTools } = require('devtools/client/framework/devtools');
  gDevTools.showToolboxForTab(gBrowser.selectedTab, { toolId: 'netmonitor', hostType: 'bottom' }).then(() => done(true), (e) => done(String(e)));`;
const takeHar = `
  const done = arguments[0];
  const { require } = ChromeUtils.importESModule('resource://devtools/shared/loader/Loader.sys.mjs');
  const { gDevTools } = require('devtools/client/framework/devtools');
  gDevTools.getToolboxForTab(gBrowser.selectedTab).getHARFromNetMonitor().then((har) => done(JSON.stringify(har)), (e) => done('error ' + e));`;

/** Walks through the site in Firefox and gives what its Network panel saves. */
export async function recordFirefox(start, steps) {
  const profile = mkdtempSync(join(tmpdir(), 'firefox-'));
  writeFileSync(join(profile, 'user.js'), Object.entries(prefs).map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});`).join('\n'));
  const browser = spawn(process.env.FIREFOX ?? '/usr/bin/firefox-esr', [
    '--headless', '--no-remote', '--marionette', '--remote-allow-system-access', '--profile', profile,
  ], { stdio: 'ignore', env: { ...process.env, HOME: profile } });
  try {
    const m = await Marionette.open(PORT);
    await m.send('WebDriver:NewSession', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
    const inBrowser = async (script) => {
      await m.send('Marionette:SetContext', { value: 'chrome' });
      const value = await m.send('WebDriver:ExecuteAsyncScript', { script, args: [] });
      await m.send('Marionette:SetContext', { value: 'content' });
      return value;
    };
    const opened = await inBrowser(openPanel);
    if (opened !== true) throw new Error(`the Network panel did not open: ${opened}`);
    await m.send('WebDriver:Navigate', { url: start });
    for (const { css, until } of steps) {
      const element = await m.send('WebDriver:FindElement', { using: 'css selector', value: css });
      await m.send('WebDriver:ElementClick', { id: Object.values(element)[0] });
      for (let tries = 0; await m.send('WebDriver:GetTitle') !== until; tries += 1) {
        if (tries === 50) throw new Error(`${until} did not come`);
        await pause(200);
      }
      await pause(1000); // the page's own calls
    }
    const har = await inBrowser(takeHar);
    m.close();
    if (har.startsWith('error')) throw new Error(har);
    return har;
  } finally {
    browser.kill();
    await new Promise((resolve) => { browser.once('exit', resolve); });
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
