// Records the sample captures of testdata/captures/recorded: a real Chromium signs in at two relying
// parties through a real OIDC provider, and Playwright writes what the browser saw as HAR.
// Run with `npm run record`; CHROMIUM names another browser than /usr/bin/chromium. With the argument
// `pictures` it takes the screenshots only and leaves the captures as they are; names of recordings
// record only those anew.

import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { makeCertificate, sites } from './hosts.mjs';
import { randomValue } from './page.mjs';
import { POLICY, startProvider, testUsers } from './provider.mjs';
import { registration, startRelyingParty } from './relying_party.mjs';

const OUT = join(dirname(fileURLToPath(import.meta.url)), '../../../testdata/captures/recorded');
const SIZE_LIMIT = 500_000;
const BROWSER_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const PICTURES_ONLY = process.argv.includes('pictures');
const ONLY = process.argv.slice(2).filter((word) => word !== 'pictures');
const WINDOW = { width: 800, height: 450 };

/**
 * Each recording: which site, which test user, what is pressed on the consent page, which heading ends it,
 * and where a screenshot is taken (on the consent page, at the end). `again` is the heading after the callback is
 * loaded once more; `client` asks with a client_id that nobody registered.
 */
const scenarios = [
  { name: 'right-happy-path', site: 'right', user: 'driver-licence', press: 'Allow', ends: 'Your identity is verified', backChannel: true, pictures: ['consent'] },
  { name: 'right-consent-denied', site: 'right', user: 'driver-licence', press: 'Cancel', ends: 'Your identity was not verified', pictures: ['end'] },
  { name: 'right-second-happy-path', site: 'right', user: 'passport', press: 'Allow', ends: 'Your identity is verified', backChannel: true, pictures: ['end'] },
  { name: 'faulty-happy-path', site: 'faulty', user: 'driver-licence', press: 'Allow', ends: 'Welcome, Wilhelmina', backChannel: true, pictures: ['end'] },
  { name: 'faulty-consent-denied', site: 'faulty', user: 'driver-licence', press: 'Cancel', ends: 'Error', pictures: ['end'] },
  { name: 'right-second-load', site: 'right', user: 'driver-licence', press: 'Allow', ends: 'Your identity is verified', backChannel: true, again: 'Your identity was not verified', pictures: [] },
  { name: 'right-unknown-client', site: 'right', client: '0d9f5c1e7b264a83a1c4e6f80b3d2957', ends: 'oops! something went wrong', pictures: [] },
];

/** Takes a screenshot where the scenario asks for one; the person's name is masked before the shot. */
async function picture(page, { name, pictures }, where) {
  if (!pictures.includes(where)) return;
  const path = join(OUT, `${name}.${where}.png`);
  await page.screenshot({ path, mask: [page.getByText('Welcome,')], maskColor: '#444444' });
  checkSize(path);
}

/** What a tester does who edits the client_id in the address of the authorization request. */
async function askAsStranger(page, { site, client, ends }) {
  await page.goto(sites[site].origin);
  const { redirect_uris: [redirectURI] } = registration(site);
  await page.goto(`${sites.provider.origin}/oauth/authorize?${new URLSearchParams({
    response_type: 'code', client_id: client, redirect_uri: redirectURI, scope: `openid ${POLICY}`, state: randomValue(),
  })}`);
  await page.getByRole('heading', { level: 1, name: ends, exact: true }).waitFor();
}

async function walk(page, scenario) {
  const { site, user, press, ends, again } = scenario;
  let callback = '';
  page.on('request', (request) => {
    if (request.url().startsWith(registration(site).redirect_uris[0])) callback = request.url();
  });
  const { claims, password } = testUsers[user];
  await page.goto(sites[site].origin);
  await page.getByRole('link', { name: 'Verify my identity' }).click();
  await page.getByLabel('E-mail address').fill(claims.email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: press }).waitFor();
  await picture(page, scenario, 'consent');
  await page.getByRole('button', { name: press }).click();
  await page.getByRole('heading', { level: 1, name: ends, exact: true }).waitFor();
  await page.waitForLoadState('networkidle');
  await picture(page, scenario, 'end');
  if (!again) return;
  await page.goto(callback); // the same answer of the provider a second time
  await page.getByRole('heading', { level: 1, name: again, exact: true }).waitFor();
  await page.waitForLoadState('networkidle');
}

async function record(browser, scenario) {
  const path = join(OUT, `${scenario.name}.har`);
  // A context of its own is a fresh profile: no cookie and no cached file of the scenario before.
  const context = await browser.newContext({
    ignoreHTTPSErrors: true, // the certificate is made for this run and signed by itself
    viewport: WINDOW,
    ...(PICTURES_ONLY ? {} : { recordHar: { path, content: 'embed', mode: 'full' } }),
  });
  try {
    await (scenario.client ? askAsStranger : walk)(await context.newPage(), scenario);
  } finally {
    await context.close(); // writes the HAR
  }
  return path;
}

function checkSize(path) {
  const { size } = statSync(path);
  if (size > SIZE_LIMIT) throw new Error(`${path} has ${size} bytes; at most ${SIZE_LIMIT} belong in the repository`);
  console.log(`${path}  ${size} bytes`);
}

async function main() {
  mkdirSync(OUT, { recursive: true });
  const tls = makeCertificate();
  const clients = Object.fromEntries(['right', 'faulty'].map((name) => [name, {
    ...registration(name),
    client_secret: randomValue(),
  }]));
  const stops = [];
  try {
    stops.push(await startProvider(tls, Object.values(clients)));
    const parties = {};
    for (const name of Object.keys(clients)) {
      parties[name] = await startRelyingParty(name, tls, clients[name]);
      stops.push(parties[name].stop);
    }
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: BROWSER_FLAGS,
    });
    stops.push(() => browser.close());
    for (const scenario of scenarios.filter(({ name }) => ONLY.length === 0 || ONLY.includes(name))) {
      const capture = await record(browser, scenario);
      const calls = parties[scenario.site].takeBackChannel();
      if (PICTURES_ONLY) continue;
      checkSize(capture);
      if (scenario.backChannel) {
        const path = join(OUT, `${scenario.name}.backchannel.har`);
        writeFileSync(path, `${JSON.stringify(calls, null, 2)}\n`);
        checkSize(path);
      }
    }
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

await main();
