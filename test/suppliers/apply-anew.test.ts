import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { addDays } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { aSupplier, interrupt, type Validity } from '../world/suppliers.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';
import {
  apply,
  begin,
  certifyCase,
  creditCode,
  publish,
  recommend,
  submitDraft,
  supplierFiles,
  supplierForm,
} from './application-story.ts';

let now = new Date('2026-06-15T04:00:00Z');
let market: TestApp;
let world: World;
let workTeam: Person;
let certifier: Person;
let code = 700;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
  [workTeam, certifier] = [await personOf(market, 'workteam'), await personOf(market, 'certifier')];
});
afterAll(() => market.close());

/** A supplier of the village with its code, certified for these days, and who acts for it. */
async function certified(days: Validity) {
  code += 1;
  const supplier = await aSupplier(market.db, { place: world.places.lianghe, certified: days });
  await market.db.supplier.update({ where: { id: supplier.id }, data: { creditCode: creditCode(code) } });
  const user = await aUser(market.db, { grants: [{ role: 'supplier', supplier }] });
  const certification = await market.db.certification.findFirstOrThrow({ where: { supplierId: supplier.id } });
  return { supplier, certification, person: await personOf(market, user.login), creditCode: creditCode(code) };
}

const inForce: Validity = ['2025-01-01', '2026-12-31'];
const longOver: Validity = ['2022-01-01', '2025-10-01'];

describe('applying anew', () => {
  it('is open to a supplier that was revoked, whose suspension outlived its term, or that expired long ago', async () => {
    const revoked = await certified(inForce);
    await interrupt(market.db, revoked.certification, 'revocation', '2026-06-01');
    const suspended = await certified(longOver);
    await interrupt(market.db, suspended.certification, 'suspension', '2025-09-01');
    const expired = await certified(longOver);
    for (const { person, supplier, creditCode } of [revoked, suspended, expired]) {
      const id = await apply(person, { creditCode });
      const application = await market.db.certificationApplication.findUniqueOrThrow({ where: { id } });
      expect(application.supplierId).toBe(supplier.id);
    }
  });

  it('goes on to a new certificate of the same supplier', async () => {
    const { person, supplier, creditCode } = await certified(longOver);
    const id = await apply(person, { creditCode });
    await recommend(workTeam, id);
    await publish(certifier, id, 'supplier');
    now = new Date(`${addDays('2026-06-15', 9)}T04:00:00Z`);
    await certifyCase(await personOf(market, 'certifier'), id);
    now = new Date('2026-06-15T04:00:00Z');
    expect(
      await market.db.certification.count({
        where: { supplierId: supplier.id, state: 'certified', number: { not: null } },
      }),
    ).toBe(2);
  });

  it('is refused while a certification holds, and to whoever does not act for the supplier', async () => {
    const holding = await certified(inForce);
    const send = async (person: Person) => {
      const id = await begin(person);
      const path = pathTo('applicationForm', { id });
      await submitDraft(person, id, supplierForm({ creditCode: holding.creditCode }), supplierFiles);
      const page = await person.open(path);
      return faultsOn(await person.send(page, `form[action="${path}"]`, { intent: 'submit' }));
    };
    expect((await send(holding.person)).join()).toContain('已有有效的认定');
    const stranger = await aUser(market.db);
    expect((await send(await personOf(market, stranger.login))).join()).toContain('已属于另一家供应商');
  });
});
