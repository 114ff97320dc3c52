// Closing a field: nothing that reads it is cut short, and of a lost device it lets go all the same.

import { expect, it } from 'vitest';
import type { FieldResources } from '../../../src/session/field-resources.ts';
import { OpenField } from '../../../src/session/open-field.ts';
import type { SessionParts } from '../../../src/session/parts.ts';

function openField(idle: () => Promise<void>) {
  const freed: string[] = [];
  const part = (name: string) => ({ destroy: () => void freed.push(name) });
  const parts = {
    gpu: { idle },
    display: { setCore: () => undefined, settled: async () => undefined },
    library: { clear: () => undefined },
    regions: { drop: () => undefined },
    state: { trainedSteps: 8 },
  } as unknown as SessionParts;
  const open = new OpenField(() => parts);
  const names = ['viewRenderer', 'taskRenderer', 'buffers', 'field'];
  open.take(Object.fromEntries(names.map((name) => [name, part(name)])) as unknown as FieldResources);
  return { open, freed, names, parts };
}

it('frees all of it where the device is lost', async () => {
  const { open, freed, names, parts } = openField(() => Promise.reject(new Error('the device was lost')));
  await open.drop();
  expect(freed.sort()).toEqual(names.sort());
  expect(open.resources).toBe(null);
  expect(parts.state.trainedSteps).toBe(0);
});

it('waits for a reading of the whole field that is under way', async () => {
  const { open, freed } = openField(async () => undefined);
  let end = () => {};
  const reading = open.turns.run(() => new Promise<void>((resolve) => (end = resolve)));
  const dropped = open.drop();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(freed).toEqual([]);
  end();
  await Promise.all([reading, dropped]);
  expect(freed).toHaveLength(4);
});

it('lets one reading or slice run at a time, in order, also after one that failed', async () => {
  const { open } = openField(async () => undefined);
  const said: string[] = [];
  const task = (name: string, fails = false) =>
    open.turns.run(async () => {
      said.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      said.push(`${name} ends`);
      if (fails) throw new Error(name);
    });
  const all = await Promise.allSettled([task('a', true), task('b'), task('c')]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(said).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});
