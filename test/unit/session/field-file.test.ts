// What a field file may hold: numbers that f32 and a scene bear, and nothing that is no number.

import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import { type ContainerTensor, writeContainer } from '../../../src/nerf/container.ts';
import { parseFieldFile } from '../../../src/session/field-file/field-file.ts';
import { FIELD } from '../../fuzz/formats/fields.ts';

type Meta = Record<string, never> & typeof FIELD.meta;

function fileWith(change: (meta: Meta, tensors: ContainerTensor[]) => void): Uint8Array {
  // Text, so that no two parts of it are one.
  const meta = JSON.parse(JSON.stringify(FIELD.meta));
  const tensors = structuredClone(FIELD.tensors);
  change(meta as Meta, tensors);
  return writeContainer({ meta, tensors });
}

it('is read where nothing is changed', () => {
  expect(
    parseFieldFile(
      fileWith(() => undefined),
      'a.impasto',
    ).config.levels,
  ).toBe(2);
});

describe('refuses by the name of the header field', () => {
  const cases: [string, unknown][] = [
    ['scene.train.0.camera.width', 0],
    ['scene.train.0.camera.height', 1e9],
    ['scene.train.0.camera.fx', 1e300],
    ['scene.train.0.camera.cx', -1e38],
    ['scene.train.0.camera.cameraToWorld.3', 1e30],
    ['scene.sceneFromWorld.0', 1e300],
    ['appearance.colourMap.5', 1e38],
    ['style.colourMap.0', -1e38],
    ['field.occupancyResolution', 1024],
    ['field.far', 1e30],
  ];
  it.each(cases)('%s of %s', (path, value) => {
    const file = fileWith((meta) => {
      const keys = path.split('.');
      const holder = keys.slice(0, -1).reduce<Record<string, unknown>>((at, key) => at[key] as never, meta);
      holder[keys.at(-1)!] = value;
    });
    expect(() => parseFieldFile(file, 'a.impasto')).toThrow(InputError);
    expect(() => parseFieldFile(file, 'a.impasto')).toThrow(`header field '${path}' in a.impasto`);
  });
});

describe('refuses what is no finite number in', () => {
  const floats = FIELD.tensors.filter(({ dtype }) => dtype === 'f32').map(({ name }) => name);
  it.each(floats)('%s', (name) => {
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const file = fileWith((_, tensors) => {
        tensors.find((tensor) => tensor.name === name)!.data[1] = bad;
      });
      expect(() => parseFieldFile(file, 'a.impasto')).toThrow(InputError);
      expect(() => parseFieldFile(file, 'a.impasto')).toThrow(
        `tensor '${name}' in a.impasto: expected finite numbers, found ${bad} at 1`,
      );
    }
  });

  it.each(['density_table', 'appearance_table', 'style_table'])('%s, in half precision', (name) => {
    for (const bits of [0x7c00, 0xfe00]) {
      const file = fileWith((_, tensors) => {
        tensors.find((tensor) => tensor.name === name)!.data[7] = bits;
      });
      expect(() => parseFieldFile(file, 'a.impasto')).toThrow(`tensor '${name}' in a.impasto: expected finite numbers`);
    }
  });
});
