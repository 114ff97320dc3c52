// Straight-line WGSL for the two small MLPs of a configuration. Software adapters spend more on the address of a
// weight than on its product, unless the address is a constant (measured: 4 to 10 times slower in loops), and
// compilers do not unroll loops this long; so these functions, and only these, are written out by code.
// x is the input in vec4s; weights are rows of vec4s, no biases, ReLU. Forward and backward read the weights from
// workgroup memory, which needs no bounds checks (measured: 2.4 times faster, and compiled 5 times faster). Sums run
// four neurons at a time, in fma(), so that the units never wait for one sum.

import type { FieldConfig } from './config.ts';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const AXES = 'xyzw';

/** `mlp_weights` in workgroup memory and the function that fills it, to be called by all lanes of a workgroup. */
function weightMemory(vec4s: number): string {
  return `var<workgroup> mlp_weights: array<vec4f, ${vec4s}>;

fn load_mlp_weights(lane: u32) {
  for (var i = lane; i < ${vec4s}u; i += MLP_GROUP) { mlp_weights[i] = weights[i]; }
  workgroupBarrier();
}`;
}

/** Sums of four neurons h0..h3 over the inputs, from row `first`. */
function sums(first: number, vec4s: number): string {
  return range(4 * vec4s)
    .map((k) =>
      range(4)
        .map((m) => {
          const weight = `mlp_weights[${(first + m) * vec4s + (k >> 2)}u].${AXES[k & 3]}`;
          const x = `x[${k >> 2}u].${AXES[k & 3]}`;
          return k ? `h${m} = fma(${weight}, ${x}, h${m});` : `h${m} = ${weight} * ${x};`;
        })
        .join(' '),
    )
    .join('\n  ');
}

const HIDDEN = range(4)
  .map((m) => `var h${m} = 0.0;`)
  .join(' ');

/** fn density_mlp(x) -> raw density. W1 [H, E], W2 [H]. */
export function densityForwardMlp({ levels, densityHidden }: FieldConfig): string {
  const e = levels / 2;
  const groups = range(densityHidden / 4).map((g) => {
    const w2 = `mlp_weights[${densityHidden * e + g}u]`;
    return `  ${sums(4 * g, e)}\n  out += dot(${w2}, max(vec4f(h0, h1, h2, h3), vec4f(0.0)));`;
  });
  return `${weightMemory(densityHidden * e + densityHidden / 4)}

fn density_mlp(x: array<vec4f, ${e}>) -> f32 {
  var out = 0.0;
  ${HIDDEN}
${groups.join('\n')}
  return out;
}`;
}

/** fn density_mlp_backward(x, d_out) -> d_x. */
export function densityBackwardMlp({ levels, densityHidden }: FieldConfig): string {
  const e = levels / 2;
  const dHidden = (j: number) => `d_out * mlp_weights[${densityHidden * e + (j >> 2)}u].${AXES[j & 3]}`;
  return `${weightMemory(densityHidden * e + densityHidden / 4)}

${backward('density_mlp_backward', 'f32', densityHidden, e, e, dHidden)}`;
}

/** fn colour_mlp(x) -> rgb before the logistic. W1 [H, E + 12], W2 [H, 4]. */
export function colourForwardMlp({ levels, colourHidden }: FieldConfig): string {
  const e = levels / 2 + 3;
  const groups = range(colourHidden / 4).map((g) => {
    const outs = range(4).map((m) => {
      return `out = fma(vec3f(max(h${m}, 0.0)), mlp_weights[${colourHidden * e + 4 * g + m}u].xyz, out);`;
    });
    return `  ${sums(4 * g, e)}\n  ${outs.join('\n  ')}`;
  });
  return `${weightMemory(colourHidden * (e + 1))}

fn colour_mlp(x: array<vec4f, ${e}>) -> vec3f {
  var out = vec3f(0.0);
  ${HIDDEN}
${groups.join('\n')}
  return out;
}`;
}

/** fn colour_mlp_backward(x, d_out) -> d_x of the encoded part alone. */
export function colourBackwardMlp({ levels, colourHidden }: FieldConfig): string {
  const e = levels / 2;
  const dHidden = (j: number) => `dot(d_out, mlp_weights[${colourHidden * (e + 3) + j}u].xyz)`;
  return `${weightMemory(colourHidden * (e + 4))}

${backward('colour_mlp_backward', 'vec3f', colourHidden, e + 3, e, dHidden)}`;
}

function backward(
  name: string,
  outType: string,
  hidden: number,
  inputs: number,
  outputs: number,
  dHidden: (neuron: number) => string,
): string {
  const groups = range(hidden / 4).map((g) => {
    const scatter = range(4).map((m) => {
      const row = (4 * g + m) * inputs;
      const adds = range(outputs).map((q) => `d${q} = fma(vec4f(d), mlp_weights[${row + q}u], d${q});`);
      return `d = select(0.0, ${dHidden(4 * g + m)}, h${m} > 0.0);\n  ${adds.join(' ')}`;
    });
    return `  ${sums(4 * g, inputs)}\n  ${scatter.join('\n  ')}`;
  });
  return `fn ${name}(x: array<vec4f, ${inputs}>, d_out: ${outType}) -> array<vec4f, ${outputs}> {
  var d = 0.0;
  ${HIDDEN}
  ${range(outputs)
    .map((q) => `var d${q} = vec4f(0.0);`)
    .join(' ')}
${groups.join('\n')}
  return array<vec4f, ${outputs}>(${range(outputs)
    .map((q) => `d${q}`)
    .join(', ')});
}`;
}
