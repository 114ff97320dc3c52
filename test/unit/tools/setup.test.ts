// tools/setup.sh shown machines that are not this one: a made-up root folder, and stand-ins for the commands that
// would look at or change the real one. What it would install is what apt-get's stand-in was told.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../../tools/setup.sh');
const scratch = mkdtempSync(join(tmpdir(), 'impasto-setup-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let machines = 0;

/** The few tools that the script itself needs. */
const TOOLS = ['bash', 'grep', 'sed', 'awk', 'tee', 'dpkg', 'printf'];
const BROWSERS = ['chromium', 'firefox-esr', 'ffprobe'];
const DRIVER = ['usr/lib/x/libvulkan.so.1', 'usr/share/vulkan/icd.d/lvp_icd.json', 'usr/share/fonts/a/b.ttf'];
const BOOKWORM = 'ID=debian\nVERSION_CODENAME=bookworm\n';
const SOURCES = `Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/own.gpg
`;

interface Machine {
  release?: string;
  commands?: string[];
  files?: string[];
  mesa?: string;
  sources?: string;
  list?: string;
  user?: number;
  system?: string;
}

function setup(machine: Machine, ...options: string[]) {
  const root = join(scratch, String(machines++));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const command = (name: string, body: string) => {
    write(`bin/${name}`, `#!/bin/bash\n${body}\n`);
    chmodSync(join(root, 'bin', name), 0o755);
  };
  const log = join(root, 'apt.log');
  command('id', `echo ${machine.user ?? 0}`);
  command('uname', `echo ${machine.system ?? 'Linux'}`);
  command('dpkg-query', machine.mesa ? `printf '%s' '${machine.mesa}'` : 'exit 1');
  if (machine.release?.startsWith('ID=debian')) command('apt-get', `echo "$@" >> '${log}'`);
  for (const name of machine.commands ?? []) command(name, 'exit 0');
  for (const name of TOOLS) {
    const { stdout } = spawnSync('bash', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    if (stdout.startsWith('/')) symlinkSync(stdout.trim(), join(root, 'bin', name));
  }
  mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true });
  for (const file of machine.files ?? []) write(file, '');
  if (machine.release) write('etc/os-release', machine.release);
  if (machine.sources) write('etc/apt/sources.list.d/debian.sources', machine.sources);
  if (machine.list) write('etc/apt/sources.list', machine.list);
  const env = { PATH: join(root, 'bin'), SETUP_ROOT: root };
  const { status, stderr } = spawnSync('bash', [script, ...options], { env, encoding: 'utf8' });
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null);
  return { status, stderr, apt: read('apt.log'), read };
}

describe('setup.sh', () => {
  it('does nothing where all is there', () => {
    const { status, stderr, apt } = setup({
      release: BOOKWORM,
      commands: BROWSERS,
      files: DRIVER,
      mesa: '25.0.7-2~bpo12+1',
    });
    expect([status, stderr, apt]).toEqual([0, '', null]);
  });

  it('installs a bare Debian 12, the driver from backports', () => {
    const { status, stderr, apt, read } = setup({ release: BOOKWORM, sources: SOURCES });
    expect(stderr).toMatch(/^setup: installing mesa-vulkan-drivers libvulkan1 chromium [^\n]+\n$/);
    expect(status).toBe(0);
    expect(apt?.split('\n')).toEqual([
      'update -qq',
      'install -y -qq --no-install-recommends -t bookworm-backports mesa-vulkan-drivers libvulkan1',
      'install -y -qq --no-install-recommends chromium firefox-esr ffmpeg fonts-dejavu-core fontconfig',
      '',
    ]);
    expect(read('etc/apt/sources.list.d/impasto-backports.sources')).toBe(
      'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm-backports\nComponents: main\nSigned-By: /usr/share/keyrings/own.gpg\n',
    );
  });

  it('takes the address from the older form of sources too', () => {
    const list = 'deb [arch=amd64 trusted=yes] http://a.example/debian bookworm main\n';
    const { status, read } = setup({ release: BOOKWORM, list });
    expect(status).toBe(0);
    expect(read('etc/apt/sources.list.d/impasto-backports.list')).toBe(
      'deb http://a.example/debian bookworm-backports main\n',
    );
    expect(
      setup({ release: BOOKWORM, list: 'deb http://b.example/d bookworm main\n' }).read(
        'etc/apt/sources.list.d/impasto-backports.list',
      ),
    ).toContain('deb http://b.example/d bookworm-backports');
  });

  it('replaces a driver that is too old, and with --driver nothing else', () => {
    const { apt } = setup({ release: BOOKWORM, files: DRIVER, mesa: '22.3.6-1', sources: SOURCES }, '--driver');
    expect(apt).toContain('-t bookworm-backports mesa-vulkan-drivers');
    expect(apt).not.toContain('chromium');
  });

  it('adds the suite once only', () => {
    const sources = `${SOURCES}\nTypes: deb\nURIs: http://x.example\nSuites: bookworm-backports\nComponents: main\n`;
    const { read, apt } = setup({ release: BOOKWORM, sources }, '--driver');
    expect(read('etc/apt/sources.list.d/impasto-backports.sources')).toBeNull();
    expect(apt).toContain('-t bookworm-backports');
  });

  it('needs no backports on a newer Debian', () => {
    const { apt } = setup({ release: 'ID=debian\nVERSION_CODENAME=trixie\n' }, '--driver');
    expect(apt).toContain('install -y -qq --no-install-recommends mesa-vulkan-drivers libvulkan1');
  });

  it('says in one line what is missing elsewhere, or without rights, or without a source', () => {
    const fedora = setup({ release: 'ID=fedora\n', commands: ['chromium', 'firefox'] });
    expect(fedora.status).toBe(1);
    expect(fedora.stderr).toMatch(/^setup: install by hand [^\n]*mesa-vulkan-drivers[^\n]*ffmpeg[^\n]*\n$/);
    const user = setup({ release: BOOKWORM, user: 1000, sources: SOURCES }, '--driver');
    expect([user.status, user.apt]).toEqual([1, null]);
    expect(user.stderr).toMatch(/^setup: run tools\/setup.sh as root once; [^\n]+\n$/);
    const bare = setup({ release: BOOKWORM }, '--driver');
    expect([bare.status, bare.apt]).toEqual([1, null]);
    expect(bare.stderr).toMatch(/^setup: expected Debian's package source [^\n]+\n$/);
  });

  it('takes the driver of a real GPU, of another system and of macOS', () => {
    const nvidia = [...DRIVER, 'dev/nvidia0'];
    for (const machine of [
      { release: BOOKWORM, files: nvidia },
      { release: 'ID=arch\n', files: DRIVER },
      { system: 'Darwin' },
    ])
      expect(setup(machine, '--driver').status).toBe(0);
  });

  it('refuses an option that it does not know', () => {
    const { status, stderr } = setup({ release: BOOKWORM }, '--all');
    expect([status, stderr]).toEqual([2, "setup.sh: expected --driver or --assets, found '--all'\n"]);
  });
});
