// Where the fields of a WGSL struct lie, read off its source by reflection: what TypeScript writes into buffers by name
// and reads out of them by offset follows the shader, not a copy of it kept by hand.

import './float16-stand-in.ts';
import './shader-stage-stand-in.ts';
import { makeShaderDataDefinitions, makeStructuredView, type StructDefinition } from 'webgpu-utils';

/** Values by field name; arrays and vectors flat. */
export type StructValues = Record<string, number | readonly number[]>;

export class StructLayout {
  private readonly definition: StructDefinition;

  /** @throws Error where the source has no such struct */
  constructor(wgsl: string, name: string) {
    const found = makeShaderDataDefinitions(wgsl).structs[name];
    if (!found) throw new Error(`WGSL: expected a struct ${name}, found none`);
    this.definition = found;
  }

  /** Of one struct in an array of them. */
  get bytes(): number {
    return this.definition.size;
  }

  /** Bytes from the struct's begin. @throws Error for a field that it has not */
  offsetOf(field: string): number {
    const found = this.definition.fields[field];
    if (!found) throw new Error(`WGSL struct: expected a field ${field}, found ${Object.keys(this.definition.fields)}`);
    return found.offset;
  }

  /** Writes the struct at `index` of an array of them; fields not named stay as they are. */
  write(into: ArrayBuffer, index: number, values: StructValues): void {
    makeStructuredView(this.definition, into, index * this.bytes).set(values);
  }
}
