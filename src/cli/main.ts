// Entry of the command `impasto`: runs it and ends the process, only after everything said has left it. In a thread
// that structure from motion opened it does nothing: `node-lanes.ts` serves that.

import { openOurFormatsOnly } from '../scene/node-decoder.ts';
import { isLane } from '../sfm/workers/node-lanes.ts';
import { processIo } from './io.ts';
import { runCommandLine } from './program.ts';

if (!isLane) await main();

async function main(): Promise<never> {
  const stop = new AbortController();
  let asked = false;
  const onSignal = (code: number) => {
    // A second time means now.
    if (asked) process.exit(code);
    asked = true;
    stop.abort(code);
  };
  process.on('SIGINT', () => onSignal(130));
  process.on('SIGTERM', () => onSignal(143));
  // `impasto ... | head`, or a terminal that was closed: nobody listens any more, and nothing is wrong. What is trained or
  // painted goes on and is saved all the same; what is said goes nowhere.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.on('SIGHUP', () => {});
  openOurFormatsOnly();

  const code = await runCommandLine(process.argv.slice(2), processIo(stop.signal));
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))));
  // Not left to the event loop: drivers may keep threads, and with them the process, alive.
  process.exit(code);
}
