// A field file is a list of sections. Each says what it puts into the header and which tensors it writes, and reads both
// back: all is read and checked before anything is made on the GPU.

import { z } from 'zod';
import type { Gpu } from '../../gpu/device.ts';
import type { Container, ContainerTensor } from '../../nerf/container.ts';

/** What a file is read from. */
export interface Source<Meta> {
  meta: Meta;
  container: Container;
  /** Named in errors. */
  where: string;
}

/** @typeParam Meta what of the header is its own @typeParam Content what is written @typeParam Made what is read */
export interface Section<Meta, Content, Made> {
  write(content: Content): Promise<{ meta: Meta; tensors: ContainerTensor[] }>;
  /** @returns makes it, on the GPU where it lies there @throws InputError in one sentence */
  read(source: Source<Meta>): (gpu: Gpu) => Made;
}

/** Held to what f32 and a scene bear. @param largest of each, either way */
export const bounded = (largest: number) => z.number().min(-largest).max(largest);
export const numbers = (length: number, largest: number) => z.array(bounded(largest)).length(length);
export const whole = z.number().int().nonnegative();
