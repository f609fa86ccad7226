import { load } from 'cheerio';
import { expect } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import type { PrismaClient } from '../../server/db/client.ts';
import { pathTo } from '../../server/paths.ts';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { dayOf } from '../../server/shared/days.ts';
import { CHECKS } from '../../server/suppliers/applications/application-form.ts';
import { csrfFrom } from '../setup/app.ts';
import type { Page, Person } from '../setup/person.ts';

export const photo = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A credit code whose last character checks, another for each number. */
export function creditCode(number: number): string {
  const body = `93500000TEST${String(number).padStart(5, '0')}`.replace('S', 'X').replaceAll(/[IOZSV]/g, 'Y');
  return body + creditCodeCheck(body);
}

/** A whole form of a supplier; what a test is about it says itself. */
export function supplierForm(changes: Record<string, string> = {}): Record<string, string> {
  return {
    ...{ name: '云岭合作社（测试）', creditCode: creditCode(1), kind: 'cooperative', place: 'lianghe' },
    ...{ contact: '联络员（测试）', phone: '13800000001', bankName: '农行秀山支行', bankAccount: '6228480000000001' },
    ...{ goods: '白茶、蜂蜜', story: '合作社的茶园', benefitNote: '每年十二月按股分红' },
    ...{ 'benefit.shares.households': '120', 'benefit.shares.payout': '180000.50' },
    ...changes,
  };
}

export type Files = readonly (readonly [field: string, bytes: Buffer, name: string])[];

export const supplierFiles: Files = [
  ['document.business_licence', photo, '营业执照.png'],
  ['document.food_licence', photo, '食品经营许可证.png'],
  ['document.farmer_agreement', photo, '联农协议.png'],
];
export const productFiles: Files = [
  ['document.batch_standard', photo, '标准.png'],
  ['document.inspection_report', photo, '检验报告.png'],
];

/** Sends a form with files as a browser does. */
export async function upload(
  who: Person,
  from: string,
  action: string,
  fields: Record<string, string>,
  files: Files = [],
) {
  const page = await who.agent.get(from);
  let sent = who.agent.post(action).field('_csrf', csrfFrom(page.text));
  for (const [name, value] of Object.entries(fields)) sent = sent.field(name, value);
  for (const [field, bytes, name] of files) sent = sent.attach(field, bytes, name);
  return sent;
}

const idIn = (path: string) => Number(/\/applications\/(\d+)/.exec(path)?.[1]);

function faultsIn(html: string): string {
  return load(html ?? '')('.error-summary__list').text();
}

/** Begins a draft; returns its number. */
export async function begin(who: Person, fields: Record<string, string> = { subject: 'supplier' }): Promise<number> {
  const page = await who.open(pathTo('newApplication'));
  const answer = await who.agent
    .post(pathTo('applications'))
    .type('form')
    .send({ _csrf: page.$('input[name="_csrf"]').first().val(), ...fields });
  expect(answer.status, answer.text.slice(0, 400)).toBe(303);
  return idIn(String(answer.headers.location));
}

/** Fills a draft in and submits it. */
export async function submitDraft(who: Person, id: number, fields: Record<string, string>, files: Files) {
  const form = pathTo('applicationForm', { id });
  return upload(who, form, form, { ...fields, intent: 'submit' }, files);
}

/** Applies as a supplier and submits; returns the application's number. */
export async function apply(who: Person, changes: Record<string, string> = {}): Promise<number> {
  const id = await begin(who);
  const answer = await submitDraft(who, id, supplierForm(changes), supplierFiles);
  expect(answer.headers.location, faultsIn(answer.text)).toBe(pathTo('application', { id }));
  return id;
}

/** Applies for a product of the actor's own; returns the application's number. */
export async function applyForProduct(who: Person, product: string): Promise<number> {
  const id = await begin(who, { subject: 'product' });
  const fields = { product, standard: 'GB/T 1354—2018 一级', output: '5000', note: '' };
  const answer = await submitDraft(who, id, fields, productFiles);
  expect(answer.headers.location, faultsIn(answer.text)).toBe(pathTo('application', { id }));
  return id;
}

/** Sends one act's form of the case page. */
export async function act(
  who: Person,
  id: number,
  name: Parameters<typeof pathTo>[0],
  fields: Record<string, string> = {},
): Promise<Page> {
  const page = await who.open(pathTo('application', { id }));
  return who.send(page, `form[action="${pathTo(name, { id })}"]`, fields);
}

export function recommend(who: Person, id: number): Promise<Page> {
  return act(who, id, 'applicationRecommendation', { recommendation: '已到现场核实，属实' });
}

/** Ticks off the whole check-list. */
export function checkAll(who: Person, id: number, subject: keyof typeof CHECKS): Promise<Page> {
  const fields = Object.fromEntries(CHECKS[subject].map((item) => [`check.${item}`, 'ok']));
  return act(who, id, 'applicationChecks', fields);
}

/** Passes the review and publishes; returns the notice's number. */
export async function publish(who: Person, id: number, subject: keyof typeof CHECKS): Promise<number> {
  await checkAll(who, id, subject);
  const page = await act(who, id, 'applicationNotice', { issuer: '秀山县农业农村委（测试）' });
  const href = page.$('a[href^="/notices/"]').first().attr('href') ?? '';
  expect(href, page.text).toMatch(/^\/notices\/\d+/);
  return Number(/\d+/.exec(href)?.[0]);
}

export function certifyCase(who: Person, id: number, years = '3'): Promise<Page> {
  return act(who, id, 'applicationCertification', { years });
}

/** The person as the use cases know them. */
export async function actorNamed(db: PrismaClient, login: string, now: Date) {
  const { id } = await db.user.findUniqueOrThrow({ where: { login } });
  const actor = await findActor(db, id, dayOf(now));
  if (!actor) throw new Error(`no ${login}`);
  return actor;
}
