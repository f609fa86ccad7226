import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../../server/db/in-transaction.ts';
import { loadTargets } from '../../../server/quotas/board/progress-queries.ts';
import { setTarget, setTargets, type TargetSetting } from '../../../server/quotas/targets/set-target.ts';
import { Refusal } from '../../../server/shared/errors.ts';
import { aProgramme } from '../../world/programmes.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
beforeAll(async () => {
  market = await openMarket('2026-07-02');
});
afterAll(() => market.app.close());

const everything = { categoryId: null, placeId: null, fundingSource: null };

function change(unit: { id: number }, value: number, more: Partial<TargetSetting> = {}): TargetSetting {
  return { unitId: unit.id, ...everything, measure: 'fen', value, ...more };
}

async function write(changes: TargetSetting[], programme = market.world.programmes.group, day = '2026-07-02') {
  const deed = { programmeId: programme.id, reason: '测试', byId: market.world.users.organizer.id, at: noon(day) };
  return inTransaction(market.app.db, (tx) => setTargets(tx, deed, changes));
}

function noon(day: string): Date {
  return new Date(`${day}T04:00:00Z`);
}

async function versionsOf(unit: { id: number }) {
  const found = await market.app.db.targetVersion.findMany({
    where: { target: { unitId: unit.id, scopeKey: 'all', measure: 'fen' } },
    orderBy: { id: 'asc' },
  });
  return found.map(({ version, value }) => [version, Number(value)]);
}

describe('a target’s new version', () => {
  it('comes with its reason and an audit line, and only when the value is another', async () => {
    const { bank } = market.world.units;
    const [first] = await write([change(bank, 1_000_00)]);
    expect(first).toMatchObject({ version: 1, value: 1_000_00, before: null });
    expect(await write([change(bank, 1_000_00)])).toEqual([]);
    const [second] = await write([change(bank, 2_000_00, { reason: '食堂开伙' })]);
    expect(second).toMatchObject({ targetId: first?.targetId, version: 2, before: 1_000_00 });
    expect(await versionsOf(bank)).toEqual([
      [1, 1_000_00],
      [2, 2_000_00],
    ]);
    const lines = await market.app.db.auditLine.findMany({ where: { subjectType: 'target', unitId: bank.id } });
    expect(lines.map(({ action, reason, before }) => [action, reason, before])).toEqual([
      ['target.set', '测试', null],
      ['target.set', '食堂开伙', { version: 1, value: 1_000_00 }],
    ]);
  });

  it('is refused when the target moved since it was seen, and nothing of the rest is written', async () => {
    const { bank, dual } = market.world.units;
    const stale = [change(dual, 5_00), change(bank, 3_000_00, { seenVersion: 1, path: 'C2' })];
    const refused = await write(stale).catch((error) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect([refused.status, refused.code]).toEqual([409, 'targetsMoved']);
    expect(refused.faults).toEqual([{ path: 'C2', code: 'targetMovedYuan', values: { version: 2, yuan: '2,000.00' } }]);
    expect(await versionsOf(dual)).toEqual([]);
    const target = await market.app.db.target.findFirst({ where: { unitId: dual.id } });
    expect(target).toBeNull();
  });

  it('is refused in a closed programme', async () => {
    const { db } = market.app;
    const closed = await aProgramme(db, { year: 2025, state: 'closed', group: market.world.groups.commerce });
    await expect(write([change(market.world.units.bank, 1)], closed)).rejects.toMatchObject({
      code: 'programmeClosed',
    });
  });

  it('is never dated before the one that it follows', async () => {
    const { insurer } = market.world.units;
    const { county } = market.world.programmes;
    await write([change(insurer, 7_00)], county, '2026-06-30');
    await write([change(insurer, 8_00)], county, '2026-06-29');
    const [target] = await loadTargets(market.app.db, county.id, '2026-06-29');
    expect(target).toBeUndefined();
    expect((await loadTargets(market.app.db, county.id, '2026-06-30'))[0]?.value).toBe(8_00);
  });
});

describe('many at once', () => {
  it('number the versions of one target without a gap, and lose none', async () => {
    const { bureau, commission } = market.world.units;
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        write(
          index % 2
            ? [change(bureau, index + 1), change(commission, index + 1)]
            : [change(commission, index + 1), change(bureau, index + 1)],
        ),
      ),
    );
    expect(all.map((written) => written.length)).toEqual(Array(12).fill(2));
    for (const unit of [bureau, commission]) {
      const versions = await versionsOf(unit);
      expect(versions.map(([version]) => version)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
      expect(new Set(versions.map(([, value]) => value)).size).toBe(12);
    }
  });

  it('who saw the same version: one is written, the others are told', async () => {
    const { firstPrison } = market.world.units;
    const deed = { programmeId: market.world.programmes.group.id, reason: '测试', byId: null, at: noon('2026-07-02') };
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        inTransaction(market.app.db, (tx) => setTarget(tx, deed, change(firstPrison, index + 1, { seenVersion: 0 }))),
      ),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of tries) if (one.status === 'rejected') expect(one.reason.code).toBe('targetsMoved');
    expect(await versionsOf(firstPrison)).toHaveLength(1);
  });
});
