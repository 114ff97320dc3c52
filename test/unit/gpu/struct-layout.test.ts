// Layouts read off the WGSL: the offsets that indirect dispatches and survivor copies rely on, and values written by name.

import { describe, expect, it } from 'vitest';
import { StructLayout } from '../../../src/gpu/struct-layout.ts';
import { CAMERA_STRIDE, packCameras } from '../../../src/nerf/camera-buffer.ts';
import { COUNTERS, DISPATCH, fixedCounters } from '../../../src/nerf/counters.ts';
import raySource from '../../../src/shaders/common/ray.wgsl?raw';
import sampleSource from '../../../src/shaders/common/sample.wgsl?raw';

const SOURCE = `
struct Small { place: vec2f, count: u32, rows: array<vec4f, 2> }
`;

describe('StructLayout', () => {
  const layout = new StructLayout(SOURCE, 'Small');

  it('aligns fields as WGSL does', () => {
    expect(layout.bytes).toBe(48);
    expect(['place', 'count', 'rows'].map((field) => layout.offsetOf(field))).toEqual([0, 8, 16]);
  });

  it('writes one of several by name, and leaves the others alone', () => {
    const data = new Float32Array(24);
    layout.write(data.buffer, 1, { place: [1, 2], count: 3, rows: [4, 5, 6, 7, 8, 9, 10, 11] });
    expect([...data.subarray(0, 12)]).toEqual(new Array(12).fill(0));
    expect([...data.subarray(12, 14)]).toEqual([1, 2]);
    expect(new Uint32Array(data.buffer)[14]).toBe(3);
    expect([...data.subarray(16)]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('refuses a struct or a field that is not there', () => {
    expect(() => new StructLayout(SOURCE, 'Large')).toThrow('expected a struct Large, found none');
    expect(() => layout.offsetOf('size')).toThrow('expected a field size, found place,count,rows');
  });
});

describe('the records of the field', () => {
  it('have the sizes that buffers are made with', () => {
    expect(new StructLayout(raySource, 'Ray').bytes).toBe(32);
    expect(['RayShading', 'RayBackground'].map((name) => new StructLayout(raySource, name).bytes)).toEqual([16, 16]);
    const sizes = ['Interval', 'Sample', 'Source'].map((name) => new StructLayout(sampleSource, name).bytes);
    expect(sizes).toEqual([8, 16, 8]);
    expect([COUNTERS, CAMERA_STRIDE]).toEqual([20, 28]);
  });

  it('counters of a fixed number of samples say so to every dispatch', () => {
    const counters = fixedCounters(300, 8);
    const at = (byte: number) => [...counters.subarray(byte / 4, byte / 4 + 3)];
    expect(at(DISPATCH.overLevels)).toEqual([5, 8, 1]);
    expect(at(DISPATCH.overSamples)).toEqual([5, 1, 1]);
    expect(at(DISPATCH.overMlpGroups)).toEqual([2, 1, 1]);
    expect(counters[0]).toBe(300);
  });

  it('cameras keep their pose, lens and picture', () => {
    const cameraToWorld = Array.from({ length: 16 }, (_, i) => i + 0.5);
    const camera = { width: 640, height: 480, fx: 500, fy: 501, cx: 320, cy: 240, distortion: null, cameraToWorld };
    const data = packCameras([camera, camera], [0, 307200]);
    expect([...data.subarray(0, 4)]).toEqual([500, 501, 320, 240]);
    expect([...data.subarray(16, 28)]).toEqual(cameraToWorld.slice(0, 12));
    expect(new Uint32Array(data.buffer).subarray(CAMERA_STRIDE + 10, CAMERA_STRIDE + 14)).toEqual(
      Uint32Array.of(0, 307200, 640, 480),
    );
  });
});
