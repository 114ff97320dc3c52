// The style losses, in the order that they are told in. A new one is a file beside this one and a line here.

import { adain } from './adain.ts';
import { attention } from './attention.ts';
import { gram } from './gram.ts';
import type { LossDefinition } from './loss.ts';
import { nnfm } from './nnfm.ts';
import { patch } from './patch.ts';
import { remd } from './remd.ts';

export const LOSSES = [nnfm, remd, patch, attention, gram, adain] as const;

export type StyleLossName = (typeof LOSSES)[number]['name'];

export const STYLE_LOSSES: readonly StyleLossName[] = LOSSES.map(({ name }) => name);

export function lossNamed(name: StyleLossName): LossDefinition<StyleLossName> {
  return LOSSES.find((loss) => loss.name === name)!;
}
