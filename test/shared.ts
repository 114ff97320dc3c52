// The folder of shared measuring data beside the checkout, where there is one. Tests that use it skip, counted,
// where it is absent: `describe.skipIf(!SHARED)(...)`.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const candidate = resolve(import.meta.dirname, '../../shared/data');

/** Path of shared/data, or null. */
export const SHARED: string | null = existsSync(candidate) ? candidate : null;
