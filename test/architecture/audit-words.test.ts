import { describe, expect, it } from 'vitest';
import { keysOf, readMessages } from './read-messages.ts';
import { serverSources } from './read-sources.ts';

const known = keysOf(readMessages('zh'));
const sources = serverSources().filter(({ path }) => !path.startsWith('cli/'));

/** What the server writes by a pattern's first group and what no message says, by file. */
function unsaid(pattern: RegExp, prefix: string): string[] {
  const missing = sources.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)]
      .filter(([, name]) => !known.has(`${prefix}.${name}`))
      .map(([, name]) => `server/${path} writes ${name}: add ${prefix}.${name} to views/locales/zh and en`),
  );
  return [...new Set(missing)];
}

describe('the operator’s pages say in words', () => {
  it('what the audit trail names', () => {
    expect(unsaid(/\baction: '(\w+\.\w+)'/g, 'admin:actions')).toEqual([]);
    expect(unsaid(/\bnote\(tx, actor, '(\w+\.\w+)'/g, 'admin:actions')).toEqual([]);
    expect(unsaid(/\bsubjectType: '(\w+)'/g, 'admin:subjects')).toEqual([]);
  });

  it('which jobs run by themselves', () => {
    expect(unsaid(/\bname: '([a-z]+(?:-[a-z]+)+)',\s+everyMs/g, 'admin:jobs')).toEqual([]);
  });
});
