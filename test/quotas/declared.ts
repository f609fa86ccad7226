import sharp from 'sharp';
import supertest from 'supertest';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { apiTokenFor } from '../setup/app.ts';
import type { Market, Person } from './market.ts';

/** A made-up tax number whose check character is right. */
export function taxNumber(number: number): string {
  const body = `93500000MADE${String(number).padStart(5, '0')}`;
  return body + creditCodeCheck(body);
}

export async function photo(): Promise<Buffer> {
  return sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
}

/** Calls the market's API as a person; `now` of the market. */
export async function call(market: Market, who: Person, method: 'get' | 'post', path: string, body?: object) {
  const user = typeof who === 'string' ? market.world.users[who] : who;
  const token = await apiTokenFor(market.app.db, user, [], market.app.container.clock());
  const sent = supertest(market.app.url)[method](`/api/v1${path}`).auth(token, { type: 'bearer' });
  return body ? sent.send(body) : sent;
}

/** A declaration of the bank's tea from Lianghe, 900 yuan and 3 kg, with one photo, changed as wished. */
export async function aDeclaration(changes: object = {}) {
  const base64 = (await photo()).toString('base64');
  return {
    ...{ unit: 'bank', fundingSource: 'union_funds', sellerName: '凉河村股份经济合作社', purchasedOn: '2026-05-04' },
    ...{ sellerTaxNumber: taxNumber(1), invoiceNumber: '25500001', invoiceFen: 90_000 },
    lines: [{ category: 'tea', origin: 'lianghe', goods: '白茶', fen: 90_000, grams: 3000 }],
    evidence: [{ name: '发票.png', base64 }],
    ...changes,
  };
}

export async function declare(market: Market, who: Person, changes: object = {}): Promise<number> {
  const answer = await call(market, who, 'post', '/offline-purchases', await aDeclaration(changes));
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body.id;
}

/** What a unit has in a programme, of its entries: fen placed and counted. */
export async function sumsOf({ app }: Market, unit: { id: number }, programme: { id: number }) {
  const rows = await app.db.tallyEntry.groupBy({
    by: ['event'],
    where: { unitId: unit.id, programmeId: programme.id },
    _sum: { fen: true },
  });
  const of = (event: string) => rows.find((row) => row.event === event)?._sum.fen ?? 0;
  return { placed: of('placed'), counted: of('counted') };
}

export async function differences({ app }: Market): Promise<string[]> {
  const found: string[] = [];
  await reconcile(app.container.config.databaseUrl, ({ what, expected, found: there }) =>
    found.push(`${what}: expected ${expected}, found ${there}`),
  );
  return found;
}
