// Opens Chromium's own developer tools on a page, as the Network panel of a real browser, and takes what its
// "Save all as HAR" writes: the sanitized export, which is its default, and the one with sensitive data.

import { chromium } from 'playwright-core';

import { freePort } from '../accept/devtools.mjs';

const FRONTEND = 'devtools://devtools/bundled';
const QUIET = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Runs in the developer tools: waits for the page, and keeps its log over navigations. */
async function attach(frontend) {
  const [{ TargetManager }, Common] = await Promise.all([
    import(`${frontend}/core/sdk/sdk.js`), import(`${frontend}/core/common/common.js`),
  ]);
  for (let tries = 0; TargetManager.TargetManager.instance().targets().length === 0; tries += 1) {
    if (tries === 100) throw new Error('the developer tools did not attach');
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  Common.Settings.Settings.instance().moduleSetting('network-log.preserve-log').set(true);
}

/** Runs in the developer tools: what "Save all as HAR" writes. */
async function exported([frontend, sanitize]) {
  const [{ NetworkLog }, { Writer }] = await Promise.all([
    import(`${frontend}/models/logs/logs.js`), import(`${frontend}/models/har/har.js`),
  ]);
  let text = '';
  const stream = { write: async (part) => { text += part; } };
  const progress = { title: '', totalWork: 0, worked: 0, canceled: false, done: false };
  await Writer.Writer.write(stream, NetworkLog.NetworkLog.instance().requests(), { sanitize }, progress);
  return text;
}

/** Walks through the site in Chromium and gives both exports of its Network panel. */
export async function recordChromium(walk) {
  const port = await freePort();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...QUIET, `--remote-debugging-port=${port}`, '--remote-allow-origins=*'],
  });
  try {
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    const { targetInfo } = await session.send('Target.getTargetInfo');
    const tools = await browser.newPage();
    await tools.goto(`${FRONTEND}/devtools_app.html?ws=127.0.0.1:${port}/devtools/page/${targetInfo.targetId}`);
    await tools.evaluate(attach, FRONTEND);
    await walk(page);
    return { full: await tools.evaluate(exported, [FRONTEND, false]), sanitized: await tools.evaluate(exported, [FRONTEND, true]) };
  } finally {
    await browser.close();
  }
}
