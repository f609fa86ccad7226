import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { importTransfers } from '../../server/payments/import-transfers.ts';
import { codesIn, type HeadWords, readBankLines } from '../../server/payments/read-bank-lines.ts';
import { recordTransfer } from '../../server/payments/record-transfer.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { aUnit } from '../world/units.ts';
import { grant } from '../world/users.ts';

const TODAY = '2026-06-15';
const TEA = 12_800;
const HEADS = {
  date: ['交易日期'],
  amount: ['贷方发生额', '贷方', '交易金额', 'credit'],
  payer: ['对方户名'],
  account: ['对方账号'],
  remark: ['附言'],
  serial: ['凭证号'],
  direction: ['借贷方向'],
  total: ['合计', '期初余额'],
  out: ['借'],
} satisfies HeadWords;

let market: Market;
beforeAll(async () => {
  market = await openMarket(TODAY);
});
afterAll(() => market.app.close());

const db = () => market.app.db;
const at = new Date(`${TODAY}T04:00:00Z`);
const readLines = (...rows: string[]) => readBankLines(Buffer.from(rows.join('\n')), HEADS, TODAY, 'sheet');

async function operator() {
  const found = await findActor(db(), market.world.users.operator.id, TODAY);
  if (!found) throw new Error('there is no operator');
  return found;
}

/** The reference code of a statement of 12 packages of tea. */
async function aStatement(): Promise<string> {
  const unit = await aUnit(db(), {});
  for (const role of ['buyer', 'approver'] as const) await grant(db(), market.world.users[role], { role, unit });
  const lines = [{ productId: market.world.products.tea.id, quantity: 12 }];
  await market.deliver(await market.buy('buyer', { lines, unit }));
  await market.settle();
  return (await db().statement.findFirstOrThrow({ where: { unitId: unit.id } })).referenceCode;
}

describe("a bank's usual list", () => {
  const HEAD = '交易日期,借方发生额,贷方发生额,对方户名,对方账号,附言';

  it('is read with outgoing lines, interest without an account and a sum at its end', () => {
    const { lines, skipped } = readLines(
      ...[HEAD, '期初余额,,100.00,,,', '2026-06-01,,1280.00,农行食堂,6222,DZ202606000001'],
      ...['2026-06-02,300.00,,物流公司,6333,运费', '2026-06-02,300.00,0.00,物流公司,6333,运费'],
      ...['2026-06-03,,3.15,,,结息', '2026-06-21,,5.00,农行,6222,', '2026-06-04,,一百,农行,6222,', '合计,,1283.15,,,'],
    );
    expect(lines.map(({ amountFen, payerAccount }) => [amountFen, payerAccount])).toEqual([
      [128_000, '6222'],
      [315, ''],
    ]);
    expect(skipped).toEqual([
      { line: 2, reason: 'total', text: '' },
      { line: 4, reason: 'none', text: '' },
      { line: 5, reason: 'none', text: '' },
      { line: 7, reason: 'day', text: '2026-06-21' },
      { line: 8, reason: 'amount', text: '一百' },
      { line: 9, reason: 'total', text: '' },
    ]);
  });

  it('with one amount says what went out by its sign or in a column of its own', () => {
    const signed = readLines(
      '交易日期,交易金额,对方账号,附言',
      '2026-06-01,1280.00,6222,a',
      '2026-06-02,-300.00,6333,b',
    );
    expect(signed.lines.map(({ amountFen }) => amountFen)).toEqual([128_000]);
    const said = readLines(
      ...['交易日期,借贷方向,交易金额,对方账号,附言', '2026-06-01,贷,1280.00,6222,a', '2026-06-02,借,300.00,6333,b'],
    );
    expect(said.lines.map(({ amountFen }) => amountFen)).toEqual([128_000]);
  });

  it('is refused only when it cannot be read or lacks a column', () => {
    expect(() => readLines('交易日期,贷方发生额', '2026-06-01,1.00')).toThrow();
    expect(() => readLines(HEAD)).toThrow();
  });
});

describe('the code in a remark', () => {
  it('may be followed by other numbers', () => {
    expect(codesIn('DZ202606000123 2026年6月货款')[0]).toBe('DZ202606000123');
    expect(codesIn('货款dz202606-000123-20260615')).toContain('DZ202606000123');
    expect(codesIn('DZ2026060001232026年')).toContain('DZ202606000123');
    expect(codesIn('货款')).toEqual([]);
  });

  it('is that of a statement that exists', async () => {
    const code = await aStatement();
    const remarks = [`${code} 2026年6月货款`, `${code.slice(0, 8)} ${code.slice(8)} 20260615`, `${code}2026年`, '货款'];
    const { lines } = readLines(
      '交易日期,贷方发生额,对方账号,附言',
      ...remarks.map((remark) => `2026-06-10,128.00,6222,${remark}`),
    );
    expect(await importTransfers(db(), await operator(), lines, at)).toEqual({ matched: 3, unmatched: 1, known: 0 });
    expect(await importTransfers(db(), await operator(), lines, at)).toEqual({ matched: 0, unmatched: 0, known: 4 });
    const paid = await db().transfer.findMany({ where: { statement: { referenceCode: code } } });
    expect(paid.map(({ amountFen }) => Number(amountFen))).toEqual([TEA, TEA, TEA]);
  });
});

describe('one number of a voucher on several lines', () => {
  const HEAD = '交易日期,贷方发生额,对方户名,对方账号,附言,凭证号';
  const LINES = [
    '2026-06-10,128.00,食堂,6222,茶,V1',
    '2026-06-10,256.00,食堂,6222,茶,V1',
    '2026-06-11,128.00,食堂,6222,茶,V1',
    '2026-06-10,128.00,工会,6333,茶,V1',
  ];

  it('hides none of them, in whatever order they come again', async () => {
    const imported = async (...lines: string[]) =>
      importTransfers(db(), await operator(), readLines(HEAD, ...lines).lines, at);
    expect(await imported(...LINES)).toEqual({ matched: 0, unmatched: 4, known: 0 });
    expect(await imported(...[...LINES].reverse())).toEqual({ matched: 0, unmatched: 0, known: 4 });
    const sums = await db().transfer.aggregate({
      where: { bankReference: { startsWith: 'V1' } },
      _sum: { amountFen: true },
    });
    expect(Number(sums._sum.amountFen)).toBe(5 * TEA);
  });

  it('is that of a line that was recorded by hand before', async () => {
    const byHand = { referenceCode: null, bankReference: 'V2', amountFen: TEA, payerName: null, remark: null };
    await recordTransfer(db(), await operator(), { ...byHand, payerAccount: '62 22', paidOn: '2026-06-10' }, at);
    const { lines } = readLines(HEAD, '2026-06-10,128.00,食堂,6222,茶,V2');
    expect(await importTransfers(db(), await operator(), lines, at)).toEqual({ matched: 0, unmatched: 0, known: 1 });
  });
});
