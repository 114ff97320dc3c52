// A host's device: worked on with whatever it was made with, told of by name where it says one, and never destroyed.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ViewPacker } from '../../../src/export/packed-view.ts';
import { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';

let own: Gpu;
let lost = false;
beforeAll(async () => {
  // As three.js opens one: no raised limit.
  own = await openNodeGpu({ defaultsOnly: true });
  void own.device.lost.then(() => {
    lost = true;
  });
});
afterAll(() => closeNodeGpu(own));

it('runs kernels on an adopted device and leaves it alive', async () => {
  const adopted = Gpu.adopt(own.device, own.adapterInfo);
  expect(adopted.info).toEqual(own.info);
  expect(adopted.isSoftware).toBe(own.isSoftware);
  const packer = await ViewPacker.create(adopted);
  expect(await packer.speed()).toBeGreaterThan(0);
  packer.destroy();
  adopted.destroy();
  // Whoever is told to close it closes what is the host's no more than we do.
  const tensor = Tensor.from(own.device, 'test.after', [2], Float32Array.of(3, 4));
  expect(await tensor.readF32()).toEqual(Float32Array.of(3, 4));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(lost).toBe(false);
});

it('takes a device that says nothing of its adapter', () => {
  const adopted = Gpu.adopt(own.device, {});
  expect(adopted.info).toEqual({ vendor: '', architecture: '', description: '' });
  expect(adopted.isSoftware).toBe(false);
});

it('outlives another device of the process that is closed', async () => {
  closeNodeGpu(await openNodeGpu());
  setFlagsFromString('--expose-gc');
  // What nobody holds is gone now: an instance without its devices would end the process.
  runInNewContext('gc')();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const tensor = Tensor.from(own.device, 'test.beside', [2], Float32Array.of(5, 6));
  expect(await tensor.readF32()).toEqual(Float32Array.of(5, 6));
  expect(navigator.gpu).toBeDefined();
});
