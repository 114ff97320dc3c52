// When a built page shows its first picture, in headless Firefox on lavapipe: several builds turn about, each visit in a
// browser of its own. Medians of milliseconds since the navigation, and of the browser's processor time by then.
//   node tools/first-frame.mjs ../before/dist/page dist/page [rounds]

import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import puppeteer from 'puppeteer-core';
import { preview } from 'vite';

const args = process.argv.slice(2);
const rounds = /^\d+$/.test(args.at(-1)) ? Number(args.pop()) : 5;
/** The field's size is fixed, so that no build chooses another. */
const QUERY = '?field=160';
const TICK_MS = 10;

/** Of a process and all that it started, ms. */
function processorTime(root) {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        return [{ pid: Number(pid), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
  const family = new Set([root]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of stats) if (family.has(parent)) family.add(pid);
  }
  return TICK_MS * stats.filter(({ pid }) => family.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0);
}

/** Runs in the page. */
async function watch() {
  while (!window.impasto) await new Promise((resolve) => setTimeout(resolve, 5));
  await window.impasto.ready;
  const ready = performance.now();
  const { session, state } = window.impasto;
  while (state.style.applied.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  // The picture on the screen is drawn in turn: one more view comes after the first.
  const { camera } = session.state.scene.train[0];
  const target = session.createTarget(16, 16);
  await session.render({ ...camera, width: 16, height: 16, fx: 16, fy: 16, cx: 8, cy: 8 }, target);
  await target.rgb.read();
  const shown = performance.now();
  return { ready, shown };
}

async function visit(address) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
    timeout: 150_000,
    protocolTimeout: 300_000,
    extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
    env: { XDG_RUNTIME_DIR: tmpdir(), ...process.env, VK_ICD_FILENAMES: '/usr/share/vulkan/icd.d/lvp_icd.json' },
  });
  try {
    const page = await browser.newPage();
    const before = processorTime(browser.process().pid);
    await page.goto(`${address}${QUERY}`);
    const { ready, shown } = await page.evaluate(watch);
    return { ready, shown, processor: processorTime(browser.process().pid) - before };
  } finally {
    await browser.close();
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const servers = await Promise.all(
  args.map((outDir) =>
    preview({ root: '.', logLevel: 'error', build: { outDir }, preview: { host: '127.0.0.1', port: 0 } }),
  ),
);
const found = args.map(() => []);
for (let round = 0; round < rounds; round++) {
  for (const [i, server] of servers.entries()) {
    found[i].push(await visit(server.resolvedUrls.local[0]));
    console.log(args[i], JSON.stringify(found[i].at(-1)));
  }
}
for (const [i, folder] of args.entries()) {
  const figures = ['ready', 'shown', 'processor'].map(
    (of) => `${of} ${median(found[i].map((one) => one[of])).toFixed(0)}`,
  );
  console.log(`${folder}\t${figures.join('\t')}`);
}
await Promise.all(servers.map((server) => server.close()));
