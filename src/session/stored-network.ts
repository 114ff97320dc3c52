// A hash network's parameters as files hold them: its table in half precision, or in bytes where the preset says so, and
// its weights as they are. What is stored is what comes back, to the bit, and is stored the same again.

import { inputError } from '../errors.ts';
import { bytesFromTable, tableFromBytes } from '../nerf/byte-table.ts';
import { type Container, type ContainerTensor, containerTensor } from '../nerf/container.ts';
import type { HashNetwork } from '../nerf/field.ts';
import { firstNotFinite, firstNotFiniteHalf } from '../nerf/finite.ts';
import { f16FromF32, f32FromF16 } from '../nerf/half.ts';
import type { HashLevel } from '../nerf/hash-levels.ts';
import type { Preset } from './presets.ts';

export interface StoredNetwork {
  table: StoredTable;
  /** [N] */
  weights: Float32Array<ArrayBuffer>;
}

export type StoredTable =
  | {
      precision: 'byte';
      /** [entries, 2] */
      codes: Uint8Array<ArrayBuffer>;
      /** [L] */
      scales: Float32Array<ArrayBuffer>;
    }
  | {
      precision: 'half';
      /** Bits. [entries, 2] */
      halves: Uint16Array<ArrayBuffer>;
    };

/**
 * Reads a network back.
 * @param origin what it was copied from before it was painted on: levels that did not move since are stored as origin's
 * @throws InputError for what is no finite number: it must not take the place of a file that is good
 */
export async function storeNetwork(
  network: HashNetwork,
  precision: Preset['tables'],
  origin?: HashNetwork,
): Promise<StoredNetwork> {
  const [table, weights] = await Promise.all([network.readTable(), network.weights.readF32()]);
  if (origin) restoreUnmoved(table, await origin.readTable(), network.hashLevels);
  const { label } = network;
  const refuse = (what: string, found: number) => {
    throw inputError(`${what} of ${label}`, null, 'finite numbers to be kept', `${found}`);
  };
  for (const [what, values] of Object.entries({ table, weights })) {
    const at = firstNotFinite(values);
    if (at >= 0) refuse(what, values[at]);
  }
  if (precision === 'half') {
    const halves = f16FromF32(table);
    const at = firstNotFiniteHalf(halves);
    if (at >= 0) refuse('table', table[at]);
    return { table: { precision, halves }, weights };
  }
  return { table: { precision, ...bytesFromTable(table, network.hashLevels) }, weights };
}

/** Where a level is origin's in half precision, gives it origin's own values, which may be finer. */
function restoreUnmoved(table: Float32Array, origin: Float32Array, levels: HashLevel[]): void {
  for (const { firstEntry, entries } of levels) {
    const [from, to] = [2 * firstEntry, 2 * (firstEntry + entries)];
    const [now, then] = [table, origin].map((values) => f16FromF32(values.subarray(from, to)));
    if (now.every((bits, i) => bits === then[i])) table.set(origin.subarray(from, to), from);
  }
}

/** The table in f32. [entries, 2] */
export function tableOf(stored: StoredTable, levels: HashLevel[]): Float32Array<ArrayBuffer> {
  return stored.precision === 'half' ? f32FromF16(stored.halves) : tableFromBytes(stored, levels);
}

export function fillNetwork(network: HashNetwork, { table, weights }: StoredNetwork): void {
  network.load(tableOf(table, network.hashLevels), weights);
}

export function networkTensors(name: string, { table, weights }: StoredNetwork): ContainerTensor[] {
  const last: ContainerTensor = { name: `${name}_weights`, shape: [weights.length], dtype: 'f32', data: weights };
  const shape = (data: Uint8Array | Uint16Array) => [data.length / 2, 2];
  if (table.precision === 'half') {
    const { halves } = table;
    return [{ name: `${name}_table`, shape: shape(halves), dtype: 'f16', data: halves }, last];
  }
  const { codes, scales } = table;
  return [
    { name: `${name}_codes`, shape: shape(codes), dtype: 'u8', data: codes },
    { name: `${name}_scales`, shape: [scales.length], dtype: 'f32', data: scales },
    last,
  ];
}

/** @param size of the network that is expected @throws InputError */
export function readNetwork(
  container: Container,
  name: string,
  { levels, weightCount }: { levels: HashLevel[]; weightCount: number },
  where: string,
): StoredNetwork {
  const last = levels[levels.length - 1];
  const shape = [last.firstEntry + last.entries, 2];
  const table: StoredTable = container.tensors.has(`${name}_codes`)
    ? {
        precision: 'byte',
        codes: new Uint8Array(containerTensor(container, `${name}_codes`, 'u8', shape, where)),
        scales: finiteTensor(container, `${name}_scales`, [levels.length], where),
      }
    : {
        precision: 'half',
        halves: new Uint16Array(containerTensor(container, `${name}_table`, 'f16', shape, where)),
      };
  return {
    table: finiteTable(table, name, where),
    weights: finiteTensor(container, `${name}_weights`, [weightCount], where),
  };
}

/** A tensor of f32, copied. @throws InputError where one of them is no finite number */
export function finiteTensor(
  container: Container,
  name: string,
  shape: readonly number[],
  where: string,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(containerTensor(container, name, 'f32', shape, where));
  const at = firstNotFinite(values);
  if (at >= 0) throw inputError(`tensor '${name}'`, where, 'finite numbers', `${values[at]} at ${at}`);
  return values;
}

function finiteTable(table: StoredTable, name: string, where: string): StoredTable {
  if (table.precision === 'half') {
    const at = firstNotFiniteHalf(table.halves);
    if (at >= 0) throw inputError(`tensor '${name}_table'`, where, 'finite numbers', `none at ${at}`);
    return table;
  }
  const at = table.scales.findIndex((scale) => !(scale > 0 && scale <= LARGEST_SCALE));
  if (at >= 0)
    throw inputError(
      `tensor '${name}_scales'`,
      where,
      `numbers above 0 to ${LARGEST_SCALE}`,
      `${table.scales[at]} at ${at}`,
    );
  return table;
}

/** Of a byte table: 127 codes of it are still finite in half precision. */
const LARGEST_SCALE = 512;
