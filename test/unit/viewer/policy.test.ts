// Both pages run nothing but what comes with them, send nobody the address they were opened at, and need no script of
// their own text. That the browser holds to it, test/e2e shows.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const pages = ['index.html', 'bench.html'].map((name) =>
  readFileSync(join(import.meta.dirname, '../../..', name), 'utf8'),
);
const policies = pages.map((html) => {
  const [, text] = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)!;
  return new Map(text.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1)]));
});

it('is one policy, for both pages, before anything is fetched', () => {
  expect(policies[0]).toEqual(policies[1]);
  for (const html of pages) {
    expect(html).toContain('<meta name="referrer" content="no-referrer" />');
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.search(/<(link|script|style)/));
  }
});

it("lets no text become code, and nothing in that is another's", () => {
  for (const policy of policies) {
    expect(policy.get('default-src')).toEqual(["'self'"]);
    // WebAssembly of our own assembling, for poses; no 'unsafe-inline', no 'unsafe-eval'.
    expect(policy.get('script-src')).toEqual(["'self'", "'wasm-unsafe-eval'"]);
    for (const none of ['object-src', 'frame-src', 'base-uri', 'form-action'])
      expect(policy.get(none)).toEqual(["'none'"]);
    // lil-gui brings its style sheet as text, and its letters in that.
    expect(policy.get('style-src')).toEqual(["'self'", "'unsafe-inline'"]);
    expect(policy.get('font-src')).toEqual(["'self'", 'data:']);
    // A network from an address that a person agreed to: https, or this machine.
    expect(policy.get('connect-src')).toContain('https:');
    expect(policy.get('connect-src')).not.toContain('http:');
  }
});

it('has no script in its own text, no handlers in attributes', () => {
  for (const html of pages) {
    for (const [, attributes, text] of html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
      expect(attributes).toContain('src=');
      expect(text.trim()).toBe('');
    }
    expect(html).not.toMatch(/\son[a-z]+=/);
  }
});
