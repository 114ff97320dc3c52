// Parameters as they were, to go back to: a network's masters and weights, a field's two networks and its grid. Without
// moments: those that led astray are better begun anew. They lie in the program's own memory, 8 bytes a table entry.

import type { KeptState } from './divergence-guard.ts';
import type { Field, HashNetwork } from './field.ts';
import { firstNotFinite } from './finite.ts';

export interface NetworkSnapshot {
  fault: string | null;
  restore(): void;
}

export async function snapshotOf(network: HashNetwork): Promise<NetworkSnapshot> {
  const [table, weights] = await Promise.all([network.readTable(), network.weights.readF32()]);
  const found = Object.entries({ table, weights })
    .map(([name, values]) => ({ name, values, at: firstNotFinite(values) }))
    .find(({ at }) => at >= 0);
  return {
    fault: found ? `${found.values[found.at]} in the ${found.name} of ${network.label}` : null,
    restore() {
      network.weights.write(weights);
      network.startOptimiser(table);
    },
  };
}

/** @param step that the field is at */
export async function fieldSnapshotOf(field: Field, step: number): Promise<KeptState> {
  const [density, appearance, occupancy, bits, lastSeen] = await Promise.all([
    snapshotOf(field.density),
    snapshotOf(field.appearance.network),
    field.occupancy.readF32(),
    field.occupancyBits.read(),
    field.lastSeen.read(),
  ]);
  const cell = firstNotFinite(occupancy);
  return {
    step,
    fault: density.fault ?? appearance.fault ?? (cell < 0 ? null : `${occupancy[cell]} in the occupancy grid`),
    restore() {
      density.restore();
      appearance.restore();
      field.occupancy.write(occupancy);
      field.occupancyBits.write(bits);
      field.lastSeen.write(lastSeen);
    },
  };
}
