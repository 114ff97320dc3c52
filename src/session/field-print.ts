// What a field is known by: a fingerprint of its geometry and plain appearance as files hold them, so that it is the same
// before and after saving. Styles are kept as differences from that plain appearance.

import { crc32, hex32 } from '../crc32.ts';
import type { ContainerTensor } from '../nerf/container.ts';
import type { Field, HashNetwork } from '../nerf/field.ts';
import { appearanceMeta } from './field-file/network-section.ts';
import { PRESETS, type PresetName } from './presets.ts';
import { networkTensors, type StoredNetwork, storeNetwork } from './stored-network.ts';

export interface FieldPrint {
  /** 8 hexadecimal digits. */
  fingerprint: string;
  plain: StoredNetwork;
  /** The network that `plain` is of: what styles begin from. */
  origin: HashNetwork;
}

/** Reads the field back once. */
export async function printField(field: Field, preset: PresetName): Promise<FieldPrint> {
  const { tables } = PRESETS[preset];
  const origin = field.appearance.network;
  const [density, plain] = [await storeNetwork(field.density, tables), await storeNetwork(origin, tables)];
  const bits = (await field.occupancyBits.read()) as Uint32Array<ArrayBuffer>;
  const { config, unbounded, appearance } = field;
  // In a fixed order: the settings come from a preset or from a file.
  const settings = JSON.stringify([Object.entries(config).sort(), unbounded, appearanceMeta(appearance)]);
  const parts = [...networkTensors('density', density), ...networkTensors('appearance', plain)].map(bytesOf);
  const fingerprint = hex32(crc32(new TextEncoder().encode(settings), ...parts, bytesOf({ data: bits })));
  return { fingerprint, plain, origin };
}

const bytesOf = ({ data }: Pick<ContainerTensor, 'data'>) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
