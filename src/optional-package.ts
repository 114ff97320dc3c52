// Packages that only some uses need (native ones in Node, tfjs for comparison) are no dependencies: they are loaded when
// first used, and where one is missing the sentence says which, and what installs it.

import { inputError } from './errors.ts';

/** @throws InputError where the package is not installed */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw cause;
    throw inputError(`package ${name}`, null, 'it to be installed', 'none', `npm install ${name}`);
  }
}
