// The style side's part of the benchmark as tables.

import type { BenchResult, BenchTable } from './bench.ts';

type Row = BenchTable['rows'][number];
const NOTHING = { ms: null, value: null, unit: '', share: null };

export function styleTables({ style, match, features }: BenchResult): BenchTable[] {
  const { queries, columns, channels } = match;
  const megabytes = (bytes: number) => bytes / 2 ** 20;
  return [
    {
      title: `a style step in parts, ${style.side}x${style.side} under ${style.features}: ms, share of their sum`,
      rows: [
        ...style.parts.map((part): Row => ({ ...NOTHING, ...part })),
        { ...NOTHING, name: 'style step as a whole', ms: style.ms },
      ],
    },
    {
      title: `matching ${queries} x ${columns} x ${channels}: ms, achieved, share of fma f32`,
      rows: [
        {
          name: 'wgsl, with value and gradient',
          ms: match.wgsl,
          value: match.achieved,
          unit: match.unit,
          share: match.share,
        },
        { name: 'tfjs matMul and argMax', ms: match.tfjs, value: match.ratio, unit: 'times ours', share: null },
        ...match.bytes.flatMap((at): Row[] => [
          { ...NOTHING, name: `wgsl, memory for ${at.columns} columns`, value: megabytes(at.wgsl), unit: 'MB' },
          ...(at.tfjs === null
            ? []
            : [{ ...NOTHING, name: `tfjs, memory for ${at.columns} columns`, value: megabytes(at.tfjs), unit: 'MB' }]),
        ]),
      ],
    },
    {
      title: `${features.network}, ${features.side}x${features.side}: ms, as direct convolutions, share of fma f32`,
      rows: features.implementations.flatMap(({ implementation, forward, backward, effective, share }): Row[] => [
        { ...NOTHING, name: `${implementation}, forward`, ms: forward },
        { ...NOTHING, name: `${implementation}, backward`, ms: backward, value: effective, unit: 'GFLOP/s', share },
      ]),
    },
  ];
}
