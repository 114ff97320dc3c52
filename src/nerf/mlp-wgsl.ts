// Straight-line WGSL for the two small MLPs of a configuration. Software adapters spend more on the address of a
// weight than on its product, unless the address is a constant (measured: 4 to 10 times slower in loops), and
// compilers do not unroll loops this long; so these functions, and only these, are written out by code.
// x is the input in vec4s; weights are rows of vec4s in the storage buffer `weights`; no biases; ReLU.

import type { FieldConfig } from './config.ts';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

function dotRow(row: number, vec4s: number): string {
  return range(vec4s)
    .map((q) => `dot(weights[${row * vec4s + q}u], x[${q}u])`)
    .join(' + ');
}

/** fn density_mlp(x) -> raw density. W1 [H, E], W2 [H]. */
export function densityForwardMlp({ levels, densityHidden }: FieldConfig): string {
  const e = levels / 2;
  const lines = range(densityHidden / 4).map((g) => {
    const rows = range(4).map((k) => dotRow(4 * g + k, e));
    return `  out += dot(weights[${densityHidden * e + g}u], max(vec4f(${rows.join(', ')}), vec4f(0.0)));`;
  });
  return `fn density_mlp(x: array<vec4f, ${e}>) -> f32 {\n  var out = 0.0;\n${lines.join('\n')}\n  return out;\n}`;
}

/** fn density_mlp_backward(x, d_out) -> d_x. */
export function densityBackwardMlp({ levels, densityHidden }: FieldConfig): string {
  const e = levels / 2;
  const lines = range(densityHidden).map((j) => {
    const w2 = `weights[${densityHidden * e + Math.floor(j / 4)}u][${j % 4}u]`;
    return `  d = select(0.0, d_out * ${w2}, ${dotRow(j, e)} > 0.0);\n${range(e)
      .map((q) => `  d${q} += d * weights[${j * e + q}u];`)
      .join('\n')}`;
  });
  return backward('density_mlp_backward', 'f32', e, e, lines);
}

/** fn colour_mlp(x) -> rgb before the logistic. W1 [H, E + 12], W2 [H, 4]. */
export function colourForwardMlp({ levels, colourHidden }: FieldConfig): string {
  const e = levels / 2 + 3;
  const lines = range(colourHidden).map(
    (j) => `  out += max(${dotRow(j, e)}, 0.0) * weights[${colourHidden * e + j}u].xyz;`,
  );
  return `fn colour_mlp(x: array<vec4f, ${e}>) -> vec3f {\n  var out = vec3f(0.0);\n${lines.join('\n')}\n  return out;\n}`;
}

/** fn colour_mlp_backward(x, d_out) -> d_x of the encoded part alone. */
export function colourBackwardMlp({ levels, colourHidden }: FieldConfig): string {
  const e = levels / 2;
  const lines = range(colourHidden).map((j) => {
    const w2 = `weights[${colourHidden * (e + 3) + j}u].xyz`;
    return `  d = select(0.0, dot(d_out, ${w2}), ${dotRow(j, e + 3)} > 0.0);\n${range(e)
      .map((q) => `  d${q} += d * weights[${j * (e + 3) + q}u];`)
      .join('\n')}`;
  });
  return backward('colour_mlp_backward', 'vec3f', e + 3, e, lines);
}

function backward(name: string, outType: string, inputs: number, outputs: number, lines: string[]): string {
  return [
    `fn ${name}(x: array<vec4f, ${inputs}>, d_out: ${outType}) -> array<vec4f, ${outputs}> {`,
    '  var d = 0.0;',
    ...range(outputs).map((q) => `  var d${q} = vec4f(0.0);`),
    ...lines,
    `  return array<vec4f, ${outputs}>(${range(outputs)
      .map((q) => `d${q}`)
      .join(', ')});`,
    '}',
  ].join('\n');
}
