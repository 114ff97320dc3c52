// @ts-check
// Learns a field from photographs, paints it after a picture, and saves it with a turntable of it:
//   node batch.mjs photos/ style.jpg out/ [training steps] [style steps]
import { turntableFor } from 'impasto-3d';
import { nodeDecoder, openNodeSession, openScenePath, readStyle, saveVideo, writeFileAtomic } from 'impasto-3d/node';

const [photos, picture, out, steps = '600', strokes = '96'] = process.argv.slice(2);
const { session, close } = await openNodeSession();
session.on('progress', ({ text }) => process.stderr.write(`\r\x1b[K${text}`));
try {
  const style = await readStyle(picture);
  const scene = await session.loadScene(await openScenePath(photos), { decoder: nodeDecoder, maxSide: 256 });
  await session.train({ preset: 'quick', steps: Number(steps), seed: 7 });
  const { start, end } = await session.stylize({ styles: [style], loss: 'nnfm', steps: Number(strokes) });
  await writeFileAtomic(`${out}/painted.impasto`, await session.save());
  await saveVideo(`${out}/turntable.mp4`, session, turntableFor(scene, 24, 160, 120), { fps: 12 });
  console.log(`distance to the style ${start.toFixed(3)} -> ${end.toFixed(3)}`);
} finally {
  await close();
}
