// Drives a real Firefox through its Marionette protocol and takes the HAR from its own Network panel: the
// same code that "Save all as HAR" runs.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { freePort, Marionette } from '../accept/devtools.mjs';

const prefs = {
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
  const port = await freePort();
  writeFileSync(join(profile, 'user.js'), Object.entries({ ...prefs, 'marionette.port': port }).map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});`).join('\n'));
  const browser = spawn(process.env.FIREFOX ?? '/usr/bin/firefox-esr', [
    '--headless', '--no-remote', '--marionette', '--remote-allow-system-access', '--profile', profile,
  ], { stdio: 'ignore', env: { ...process.env, HOME: profile } });
  try {
    const m = await Marionette.connect(port);
    await m.call('WebDriver:NewSession', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
    const inBrowser = async (script) => {
      await m.call('Marionette:SetContext', { value: 'chrome' });
      const value = await m.call('WebDriver:ExecuteAsyncScript', { script, args: [] });
      await m.call('Marionette:SetContext', { value: 'content' });
      return value;
    };
    const opened = await inBrowser(openPanel);
    if (opened !== true) throw new Error(`the Network panel did not open: ${opened}`);
    await m.call('WebDriver:Navigate', { url: start });
    for (const { css, until } of steps) {
      const element = await m.call('WebDriver:FindElement', { using: 'css selector', value: css });
      await m.call('WebDriver:ElementClick', { id: Object.values(element)[0] });
      for (let tries = 0; await m.call('WebDriver:GetTitle') !== until; tries += 1) {
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
