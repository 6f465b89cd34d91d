// Records testdata/captures/formats anew, in about 30 seconds: `npm run record-formats`.
// CHROMIUM and FIREFOX name other browsers than /usr/bin/chromium and /usr/bin/firefox-esr. With the argument
// `chromium` or `firefox` it records with that one only.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { chromium } from 'playwright-core';

import { recordChromium } from './chromium.mjs';
import { recordFirefox } from './firefox.mjs';
import { samlTrace } from './saml_tracer.mjs';
import { start, startSite } from './site.mjs';

const OUT = join(dirname(fileURLToPath(import.meta.url)), '../../../testdata/captures/formats');
const SIZE_LIMIT = 100_000;

/** What is pressed on each page, and the title of the page that follows. */
const steps = [{ css: '#go', until: 'Sign in' }, { css: '#send', until: 'Account' }, { css: '#post', until: 'Done' }];

/** Playwright's ways to write a HAR, each as the file that it writes. */
const modes = [
  { file: 'playwright-embed.har', content: 'embed' },
  { file: 'playwright-attach.har', content: 'attach' }, // its bodies lie beside it and are not kept
  { file: 'playwright-attach.zip', content: 'attach' },
  { file: 'playwright-omit.har', content: 'omit' },
  { file: 'playwright-minimal.har', content: 'embed', mode: 'minimal' },
];

async function walk(page) {
  await page.goto(start);
  for (const { css, until } of steps) {
    await page.locator(css).click();
    await page.waitForFunction((title) => document.title === title, until);
    await page.waitForLoadState('networkidle');
  }
}

async function recordPlaywright(browser, { file, content, mode = 'full' }) {
  const dir = mkdtempSync(join(tmpdir(), 'formats-')); // attach mode writes the bodies into the folder of the HAR
  try {
    const context = await browser.newContext({ recordHar: { path: join(dir, file), content, mode } });
    await walk(await context.newPage());
    await context.close(); // writes the HAR
    save(file, readFileSync(join(dir, file)));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function save(file, bytes) {
  if (bytes.length > SIZE_LIMIT) throw new Error(`${file} has ${bytes.length} bytes; at most ${SIZE_LIMIT} belong in the repository`);
  writeFileSync(join(OUT, file), bytes);
  console.log(`${file}  ${statSync(join(OUT, file)).size} bytes`);
}

async function main() {
  const only = process.argv[2];
  mkdirSync(OUT, { recursive: true });
  const stop = await startSite();
  try {
    if (only !== 'firefox') {
      const { full, sanitized } = await recordChromium(walk);
      save('chrome.har', Buffer.from(full));
      save('chrome-sanitized.har', Buffer.from(sanitized));
      const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      });
      for (const mode of modes) await recordPlaywright(browser, mode);
      await browser.close();
      save('playwright-embed.har.gz', gzipSync(readFileSync(join(OUT, 'playwright-embed.har')), { level: 9 }));
    }
    if (only !== 'chromium') {
      const log = JSON.parse(await recordFirefox(start, steps));
      save('firefox.har', Buffer.from(`${JSON.stringify({ log }, null, 2)}\n`));
      save('saml-tracer.json', Buffer.from(JSON.stringify(samlTrace(log), null, 2)));
    }
  } finally {
    await stop();
  }
}

await main();
