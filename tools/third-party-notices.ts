// THIRD-PARTY-NOTICES.txt beside a bundle: each package of which code is in it, by the bundler's own account, with its
// licence's text. A package that names a licence and brings no text gets the standard one; of any other kind the build
// ends, since nobody has looked at it.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

export const NOTICES = 'THIRD-PARTY-NOTICES.txt';

interface Package {
  name: string;
  version: string;
  license: string;
  source: string;
  texts: string[];
}

/** Licences that packages may name or sum up, and a line of the whole text, which then goes beside. */
const STANDARD: Record<string, { file: string; line: string }> = {
  MIT: { file: resolve(import.meta.dirname, 'licences/MIT.txt'), line: 'Permission is hereby granted' },
  'Apache-2.0': { file: resolve(import.meta.dirname, 'licences/Apache-2.0.txt'), line: 'TERMS AND CONDITIONS FOR USE' },
};

/** Licences that ask for more than their text. */
const REMARKS: Record<string, string> = {
  'MPL-2.0':
    'Used as published, unchanged; its source code is at the address above and in the package of this version.',
};

/** The package that a module is of; null for our own and the bundler's. */
export function packageOf(id: string): Package | null {
  const path = id
    .replace(/^\0/, '')
    .replace(/[?#].*$/, '')
    .replaceAll('\\', '/');
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (!match) return null;
  const folder = match[1];
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)[-.\w]*$/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0) texts.push(...licenceInReadme(folder));
  const standard = STANDARD[manifest.license];
  if (standard && !texts.some((text) => text.includes(standard.line))) {
    const { author } = manifest;
    if (texts.length === 0 && author) texts.push(`Copyright (c) ${author.name ?? author}`);
    texts.push(readFileSync(standard.file, 'utf8').trim());
  }
  if (texts.length === 0)
    throw new Error(`${manifest.name}: expected a file with its licence (${manifest.license}), found none`);
  const { repository, homepage } = manifest;
  const address: string = (typeof repository === 'string' ? repository : repository?.url) ?? homepage ?? '';
  const source = address
    .replace(/^git\+/, '')
    .replace(/\.git$/, '')
    .replace(/^github:|^(?=[\w-]+\/[\w-]+$)/, 'https://github.com/');
  return { name: manifest.name, version: manifest.version, license: manifest.license, source, texts };
}

/** The part of a package's own description that is its licence. */
function licenceInReadme(folder: string): string[] {
  const file = readdirSync(folder).find((name) => /^readme\.md$/i.test(name));
  const text = file ? readFileSync(join(folder, file), 'utf8') : '';
  const found =
    /^#* *licen[sc]e\b.*\n(?:[-=]+\n)?([\s\S]*?Permission is hereby granted[\s\S]*?)(?=^#|(?![\s\S]))/im.exec(text);
  return found ? [found[1].trim()] : [];
}

/** @param packages by name and version */
export function noticesOf(packages: Iterable<Package>): string {
  const sorted = [...packages].sort((a, b) => (a.name < b.name ? -1 : 1));
  const parts = sorted.map(({ name, version, license, source, texts }) =>
    [`${name} ${version} (${license})`, source, REMARKS[license], ...texts.map((text) => `\n${text}`)]
      .filter((line) => line !== undefined)
      .join('\n'),
  );
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `Impasto is made with the work of others. Of these packages code is in what lies here.${rule}${parts.join(rule)}\n`;
}

/** Plugins that share one account: of a build, and of the workers that it makes first. */
export function thirdPartyNotices(): { build: Plugin; worker: () => Plugin } {
  const packages = new Map<string, Package>();
  const account = (bundle: object) => {
    for (const output of Object.values(bundle) as { type: string; modules?: Record<string, unknown> }[]) {
      if (output.type !== 'chunk') continue;
      for (const id of Object.keys(output.modules ?? {})) {
        const found = packageOf(id);
        if (found) packages.set(`${found.name} ${found.version}`, found);
      }
    }
  };
  return {
    build: {
      name: 'impasto:third-party-notices',
      apply: 'build',
      generateBundle(_, bundle) {
        account(bundle);
        this.emitFile({ type: 'asset', fileName: NOTICES, source: noticesOf(packages.values()) });
      },
    },
    worker: () => ({
      name: 'impasto:third-party-notices-of-workers',
      generateBundle(_, bundle) {
        account(bundle);
      },
    }),
  };
}
