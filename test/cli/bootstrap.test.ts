import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeMb, requireSpace, saysDiskFull } from '../../server/cli/bootstrap/disk.mjs';
import { askHolder, claim } from '../../server/cli/bootstrap/lock.mjs';
import { databaseFailure, isPortTaken } from '../../server/cli/bootstrap/mariadb-failures.mjs';
import { serverArguments, serverPaths, socketPath } from '../../server/cli/bootstrap/mariadb-options.mjs';
import { isNewEnough, readVersion } from '../../server/cli/bootstrap/mariadb-programs.mjs';
import { packagesFit } from '../../server/cli/bootstrap/packages.mjs';
import { faultOfPort, findFreePort, requirePort } from '../../server/cli/bootstrap/ports.mjs';
import { findByArgument, run, stopStrangers } from '../../server/cli/bootstrap/processes.mjs';
import { keptSecret } from '../../server/cli/bootstrap/secrets.mjs';
import { localAddress, readSettings } from '../../server/cli/bootstrap/settings.mjs';
import { summarize } from '../../server/cli/bootstrap/test-results.mjs';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'market-bootstrap-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('the environment of a start', () => {
  it('has defaults for everything', () => {
    expect(readSettings({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: null,
      production: false,
      listens: true,
    });
    expect(readSettings({}).dataDir).toMatch(/\/\.data$/);
  });

  it('tells every fault at once', () => {
    expect(() => readSettings({ PORT: '80a', DATABASE_URL: 'postgres://u@h/d' })).toThrow(
      expect.objectContaining({ remedy: [expect.stringContaining('PORT'), expect.stringContaining('postgres:')] }),
    );
  });

  it.each(['mysql://host:3306/', 'mysql://host', 'host:3306/market', '/market'])(
    'refuses the database url %s',
    (url) => {
      expect(() => readSettings({ DATABASE_URL: url })).toThrow();
    },
  );

  it('prints an address that a browser on this machine can open', () => {
    expect(localAddress({ host: '0.0.0.0', port: 3001 })).toBe('http://127.0.0.1:3001');
    expect(localAddress({ host: '::1', port: 3001 })).toBe('http://[::1]:3001');
  });
});

describe('installed packages', () => {
  const lock = (packages: object) => JSON.stringify({ packages: { '': { name: 'market' }, ...packages } });
  const express = { version: '5.3.0' };
  const vitest = { version: '4.1.12', dev: true };
  const foreign = { version: '1.0.0', optional: true };

  function install(packages: Record<string, object>): void {
    for (const path of Object.keys(packages)) mkdirSync(join(directory, path), { recursive: true });
    mkdirSync(join(directory, 'node_modules'), { recursive: true });
    writeFileSync(join(directory, 'node_modules/.package-lock.json'), lock(packages));
  }

  beforeEach(() => {
    const wanted = { 'node_modules/express': express, 'node_modules/vitest': vitest, 'node_modules/foreign': foreign };
    writeFileSync(join(directory, 'package-lock.json'), lock(wanted));
  });

  it('fit when they are what the lock file says, whatever another platform would need', () => {
    install({ 'node_modules/express': express, 'node_modules/vitest': vitest });
    expect(packagesFit(directory, true)).toBe(true);
  });

  it('fit in production without what only tests need', () => {
    install({ 'node_modules/express': express });
    expect(packagesFit(directory, false)).toBe(true);
    expect(packagesFit(directory, true)).toBe(false);
  });

  it('do not fit when the installation was cut short, is of another version, or lost a package', () => {
    expect(packagesFit(directory, false)).toBe(false);
    install({ 'node_modules/express': { version: '5.2.0' } });
    expect(packagesFit(directory, false)).toBe(false);
    install({ 'node_modules/express': express });
    rmSync(join(directory, 'node_modules/express'), { recursive: true });
    expect(packagesFit(directory, false)).toBe(false);
  });
});

describe('ports', () => {
  let taken: Server;
  let port: number;

  beforeEach(async () => {
    port = await findFreePort(null);
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
  });

  afterEach(() => new Promise((resolve) => taken.close(resolve)));

  it('are found to be taken, and another one is chosen', async () => {
    expect(await faultOfPort(port, '127.0.0.1')).toBe('EADDRINUSE');
    expect(await findFreePort(port)).not.toBe(port);
  });

  it('come with the remedy when the market wants a taken one', async () => {
    await expect(requirePort({ port, host: '127.0.0.1' })).rejects.toMatchObject({
      message: `Port ${port} is in use by another program.`,
      remedy: expect.arrayContaining([expect.stringMatching(/^PORT=\d+ npm start$/)]),
    });
    await expect(requirePort({ port, host: '203.0.113.7' })).rejects.toThrow('cannot listen on 203.0.113.7');
  });
});

describe('a claim on a name', () => {
  it('is held by one at a time, who tells about itself', async () => {
    const first = await claim(directory, () => ({ serving: true }));
    const second = await claim(directory);
    expect(first.held).toBe(true);
    expect(second).toEqual({ held: false, holder: { pid: process.pid, serving: true } });
    if (first.held) await first.release();
    expect(await askHolder(directory)).toBeNull();
    expect(await claim(directory)).toMatchObject({ held: true });
  });

  it('ends with its process, however that ends', async () => {
    const module = new URL('../../server/cli/bootstrap/lock.mjs', import.meta.url).href;
    const script = `import { claim } from '${module}'; await claim(${JSON.stringify(directory)}); setInterval(() => {}, 1000); console.log('held');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(await claim(directory)).toMatchObject({ held: false, holder: { pid: child.pid } });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await claim(directory)).toMatchObject({ held: true });
  });
});

describe('the private database server', () => {
  const programs = {
    kind: 'MariaDB' as const,
    version: '10.11.6',
    server: '/usr/sbin/mariadbd',
    install: '/usr/bin/mariadb-install-db',
  };

  it('gets a socket path that the system allows, however deep the checkout', () => {
    expect(socketPath('/srv/market/.data/mariadb')).toBe('/srv/market/.data/mariadb/server.sock');
    const deep = socketPath(`/srv/${'deep/'.repeat(30)}mariadb`);
    expect(Buffer.byteLength(deep)).toBeLessThan(108);
    expect(deep).not.toBe(socketPath(`/srv/${'deep/'.repeat(31)}mariadb`));
  });

  it('keeps every commit on the disk, except for tests', () => {
    const kept = serverArguments(serverPaths('/d'), programs, { port: 13000, durable: true });
    expect(kept).toContain('--innodb-flush-log-at-trx-commit=1');
    expect(kept).toContain('--innodb-doublewrite=ON');
    expect(kept.join(' ')).not.toContain('no-sync');
    expect(serverArguments(serverPaths('/d'), programs, { port: 13000, durable: false })).toContain(
      '--loose-debug-no-sync',
    );
  });

  it.each([
    ['mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)', 'MariaDB', true],
    ['mysqld  Ver 10.5.29-MariaDB-0+deb11u1 for debian-linux-gnu on x86_64 (Debian 11)', 'MariaDB', false],
    ['mariadbd  Ver 11.8.3-MariaDB-0+deb13u1 from Debian for debian-linux-gnu on x86_64', 'MariaDB', true],
    ['/usr/sbin/mysqld  Ver 8.0.42-0ubuntu0.24.04.1 for Linux on x86_64 ((Ubuntu))', 'MySQL', true],
    ['mysqld  Ver 5.7.44 for Linux on x86_64 (MySQL Community Server (GPL))', 'MySQL', false],
  ])('is told from its version: %s', (output, kind, fits) => {
    const found = readVersion(output);
    expect(found).toMatchObject({ kind });
    expect(found && isNewEnough(found)).toBe(fits);
  });

  it.each([
    [
      '[ERROR] mariadbd: Error writing file \'./ddl_recovery.log\' (Errcode: 28 "No space left on device")',
      'The disk is full',
    ],
    ['[ERROR] InnoDB: Unable to lock ./ibdata1 error: 11', 'Another database server has these files open'],
    [
      '[ERROR] InnoDB: Operating system error number 13\n mariadbd: Can\'t create file (Errcode: 13 "Permission denied")',
      'may not read or write',
    ],
    ['[ERROR] Fatal error: something nobody knows', 'did not start (it ended)'],
  ])('explains why it did not start: %s', (log, message) => {
    const problem = databaseFailure({ kind: 'MariaDB', log, paths: serverPaths('/d'), cause: new Error('it ended') });
    expect(problem.message).toContain(message);
    expect(problem.remedy.length).toBeGreaterThan(1);
  });

  it('tells a taken port from other failures', () => {
    expect(isPortTaken("[ERROR] Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use")).toBe(
      true,
    );
    expect(isPortTaken('[ERROR] InnoDB: Unable to lock ./ibdata1 error: 11')).toBe(false);
  });
});

describe('processes', () => {
  const strangers: ChildProcess[] = [];

  afterEach(() => {
    for (const child of strangers.splice(0)) child.kill('SIGKILL');
  });

  it('that a killed start left are found by their argument, and ended even when they do not listen', async () => {
    const mark = `--data-dir=${directory}`;
    const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up');";
    const child = spawn(process.execPath, ['-e', script, '--', mark], { stdio: ['ignore', 'pipe', 'inherit'] });
    strangers.push(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(findByArgument(mark)).toEqual([child.pid]);
    expect(findByArgument(`${mark}/other`)).toEqual([]);
    await stopStrangers([Number(child.pid)], 200);
    expect(findByArgument(mark)).toEqual([]);
  });

  it('that are bound to a start end when it is killed outright', async () => {
    const mark = `--bound-to=${directory}`;
    const module = new URL('../../server/cli/bootstrap/processes.mjs', import.meta.url).href;
    const child = `['-e', "setInterval(() => {}, 1000); console.log('up')", '--', '${mark}']`;
    const script = `import { run } from '${module}'; await run(process.execPath, ${child}, { bound: true, show: true });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    strangers.push(parent);
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    expect(findByArgument(mark)).toHaveLength(1);
    parent.kill('SIGKILL');
    await expect.poll(() => findByArgument(mark), { timeout: 5000 }).toEqual([]);
  });

  it('answer with their code and words, also when there is no such program', async () => {
    const spoken = await run('sh', ['-c', 'echo one; echo two >&2; exit 3']);
    expect(spoken.code).toBe(3);
    expect(spoken.output.trim().split('\n').sort()).toEqual(['one', 'two']);
    expect(await run('no-such-program', [])).toMatchObject({ code: 127 });
  });

  it('end at once when the start is interrupted', async () => {
    const interrupted = new AbortController();
    setTimeout(() => interrupted.abort(), 100);
    await expect(run('sleep', ['30'], { signal: interrupted.signal })).rejects.toThrow('interrupted');
  });
});

describe('the last line of a test run', () => {
  const results = { numPassedTests: 10, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

  it('counts what passed, failed and was skipped', () => {
    expect(summarize(results, 0).line).toBe('10 passed, 0 failed');
    expect(summarize({ ...results, numFailedTests: 2, numPendingTests: 1 }, 1).line).toBe(
      '10 passed, 2 failed, 1 skipped',
    );
  });

  it('never ends a failed run with successes only', () => {
    const broken = { name: 'a.test.ts', status: 'failed', assertionResults: [] };
    expect(summarize({ ...results, testResults: [broken] }, 1).line).toBe('10 passed, 1 failed');
    expect(summarize(results, 1).line).toBe('10 passed, 1 failed');
    expect(summarize(null, 1).line).toBe('0 passed, 1 failed');
  });
});

describe('space and secrets', () => {
  it('refuses to begin on a disk that is too full, also for a directory that is still to be made', async () => {
    const free = await freeMb(join(directory, 'not/yet'));
    expect(free).toBeGreaterThan(0);
    await expect(requireSpace(join(directory, 'not/yet'), free + 1_000_000, 'a database')).rejects.toThrow(
      'The disk is too full',
    );
    await expect(requireSpace(directory, 1, 'a database')).resolves.toBeUndefined();
  });

  it("recognises a full disk in a program's words", () => {
    expect(saysDiskFull('npm error code ENOSPC')).toBe(true);
    expect(saysDiskFull('The table `user` is full')).toBe(true);
    expect(saysDiskFull('Can\'t create table `market`.`cap` (errno: 135 "No more room in record file")')).toBe(true);
    expect(saysDiskFull('error: 2 "No such file or directory"')).toBe(false);
  });

  it('keeps a secret to its owner, and makes it anew when it was only half written', () => {
    const file = join(directory, 'secret');
    const secret = keptSecret(file);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(keptSecret(file)).toBe(secret);
    writeFileSync(file, secret.slice(0, 10));
    expect(keptSecret(file)).not.toBe(secret);
    expect(keptSecret(file)).toHaveLength(64);
  });
});
