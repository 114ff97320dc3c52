// `npm run demo`: the whole road once, offline, on what ships: the bundled scene, a bundled style, the small
// network, in less than eight minutes on two cores, slow ones too: painting ends by the clock. Leaves out/demo with the two fields, turntable.mp4, sheet.png and report.json.
//
//   IMPASTO_DEMO=short   a minute's version that only shows that every part works together

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const out = 'out/demo';
const short = process.env.IMPASTO_DEMO === 'short';
const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

const setup = run('bash', ['tools/setup.sh', '--driver']);
if (setup !== 0) process.exit(setup);

const scene = 'assets/scenes/still-life';
const style = 'assets/styles/night-river.webp';
const quicker = ['--downscale', '4', '--steps', '120', '--style-steps', '8', '--frames', '8', '--size', '128x128'];
const args = ['run', scene, '--style', style, '--preset', 'quick', '--features', 'small', '--out', out];
const seconds = ['--style-seconds', '200'];
const status = run(process.execPath, ['bin/impasto.mjs', ...args, ...(short ? quicker : seconds)]);
if (status !== 0) process.exit(status);

const report = JSON.parse(readFileSync(join(root, out, 'report.json'), 'utf8'));
const { start, end } = report.style;
if (!(end < start)) {
  console.error(`demo: expected the style distance to fall, found ${start} to ${end}`);
  process.exit(1);
}
console.log(`demo: look at ${out}/sheet.png and ${out}/turntable.mp4`);
