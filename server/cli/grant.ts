import { parseArgs } from 'node:util';
import { giveRight, type RightWish } from '../accounts/rights/give-right.ts';
import type { ScopeKind } from '../accounts/rights/right-policy.ts';
import { mayLackScope, ROLES, SCOPE_OF } from '../accounts/rights/right-policy.ts';
import { readDatabaseUrl } from '../config.ts';
import { connect } from '../db/client.ts';
import type { Role } from '../db/generated/enums.ts';
import { Refusal } from '../shared/errors.ts';
import { explain, Problem } from './bootstrap/say.mjs';

const USAGE = [
  'npm run grant -- LOGIN ROLE [--place CODE | --unit CODE | --group CODE | --supplier CODE]',
  `ROLE is one of ${ROLES.join(', ')}.`,
];

const REFUSED: Record<string, (wish: RightWish) => string> = {
  noSuchLogin: ({ login }) =>
    `Nobody has the login ${login}, or it is disabled. Let the person register first, at /register.`,
  noSuchScope: ({ role, scope }) => `There is no active ${SCOPE_OF[role]} with the code ${scope}.`,
  severalMeant: ({ role, scope }) => `More than one ${SCOPE_OF[role]} is called ${scope}; give its code.`,
  rightHeld: ({ login, role }) => `${login} holds this right of ${role} already.`,
  alreadyInUnit: ({ login }) => `${login} is an employee of this unit already.`,
};

/** `npm run grant -- LOGIN ROLE [--unit CODE …]`: gives a right, as for the first operator of a market; it is audited and the person told. */
async function main(): Promise<void> {
  const wish = readWish(process.argv.slice(2));
  const db = connect(readDatabaseUrl(), { pool: 2 });
  try {
    const { name, scope } = await giveRight(db, null, wish, new Date());
    const of = scope ? ` of ${scope.name} (${scope.code})` : '';
    console.log(`${wish.login} (${name}) is ${wish.role}${of} from today.`);
  } catch (error) {
    const code = error instanceof Refusal ? (error.faults[0]?.code ?? error.code) : '';
    const text = REFUSED[code];
    throw text ? new Problem(text(wish)) : error;
  } finally {
    await db.$disconnect();
  }
}

/** Throws Problem for what is no right. */
function readWish(args: string[]): RightWish {
  const option = { type: 'string' } as const;
  let read: { values: Partial<Record<ScopeKind, string>>; positionals: string[] };
  try {
    const options = { place: option, unit: option, group: option, supplier: option };
    read = parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error), USAGE);
  }
  const [login, wanted, ...more] = read.positionals;
  if (!login || !wanted || more.length > 0) throw new Problem('Say who gets which right:', USAGE);
  const role = ROLES.find((one) => one === wanted.replace('-', '_'));
  if (!role) throw new Problem(`There is no role ${wanted}.`, USAGE);
  return { login, role, scope: scopeOf(role, read.values) };
}

function scopeOf(role: Role, values: Partial<Record<ScopeKind, string>>): string {
  const kind = SCOPE_OF[role];
  const [[given, code] = [], ...more] = Object.entries(values);
  if (more.length > 0 || (given && given !== kind))
    throw new Problem(
      kind ? `A right of ${role} is one of a ${kind}: --${kind} CODE.` : `A right of ${role} is over the whole market.`,
      USAGE,
    );
  if (!code && !mayLackScope(role)) throw new Problem(`Say of which ${kind}: --${kind} CODE.`, USAGE);
  return code ?? '';
}

try {
  await main();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
