import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { BadInput, type Fault, NotFound } from '../../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../../shared/pagination.ts';
import { parseKilograms } from '../../shared/weight.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { checkedUpload, uploadsIn } from '../../web/uploads.ts';
import { contestReceipt, type Words } from './contest-receipt.ts';
import { presentDispute, presentRow, quantityOf, weightOf } from './dispute-presenter.ts';
import { findDispute, listDisputes, type WholeDispute } from './dispute-queries.ts';
import {
  agreeToSettlement,
  decideDispute,
  proposeSettlement,
  type SettledLine,
  withdrawDispute,
} from './settle-dispute.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const PAGE = 20;
const words = z.object({ text: z.string().trim().max(1000).default('') });
const agreed = z.object({
  messageId: z
    .string()
    .regex(/^\d{1,9}$/, 'malformed')
    .transform(Number),
});

/** Disputes over receipts: the supplier contests, both settle, or the operator decides. */
export function disputeRoutes(parts: Parts): Router {
  const { db, files, clock } = parts;
  const router = express.Router();

  router.get(patterns.disputes, async (req, res) => {
    const tab = req.query.state === 'closed' ? 'closed' : 'open';
    const key = decodeCursor(typeof req.query.cursor === 'string' ? req.query.cursor : undefined, 1)?.[0];
    const found = await listDisputes(db, actorOf(req), tab, Number(key) || null, PAGE + 1);
    const disputes = found.slice(0, PAGE);
    const last = found.length > PAGE ? disputes.at(-1) : undefined;
    res.set('Cache-Control', 'no-store').render('orders/disputes', {
      layout: 'work',
      title: req.t('disputes:title'),
      currentPath: pathTo('disputes'),
      tabs: (['open', 'closed'] as const).map((name) => ({
        label: req.t(`disputes:tab.${name}`),
        href: pathTo('disputes', { state: name === 'open' ? undefined : name }),
        current: name === tab,
      })),
      disputes: disputes.map((dispute) => presentRow(req, dispute)),
      firstHref: key ? pathTo('disputes', { state: tab }) : undefined,
      nextHref: last && pathTo('disputes', { state: tab, cursor: encodeCursor([last.id]) }),
    });
  });

  router.get(patterns.dispute, async (req, res) => show(req, res, idIn(req.params.id)));

  router.post(patterns.receiptDispute, async (req, res) => {
    const receiptId = idIn(req.params.id);
    const id = await contestReceipt(parts, actorOf(req), receiptId, await wordsOf(req), clock());
    flash(req, 'success', req.t('disputes:flash.contested'));
    res.redirect(303, pathTo('dispute', { id }));
  });

  router.post(patterns.disputeProposals, (req, res) =>
    act(req, res, 'proposed', async (id, dispute) =>
      proposeSettlement(parts, actorOf(req), id, linesOf(req, dispute), await wordsOf(req), clock()),
    ),
  );

  router.post(patterns.disputeAgreement, (req, res) =>
    act(req, res, 'settled', (id) =>
      agreeToSettlement(parts, actorOf(req), id, read(agreed, req.body).messageId, clock()),
    ),
  );

  router.post(patterns.disputeWithdrawal, (req, res) =>
    act(req, res, 'withdrawn', (id) => withdrawDispute(parts, actorOf(req), id, clock())),
  );

  router.post(patterns.disputeDecision, (req, res) =>
    act(req, res, 'decided', async (id, dispute) =>
      decideDispute(parts, actorOf(req), id, linesOf(req, dispute), await wordsOf(req), clock()),
    ),
  );

  router.get(patterns.disputePhoto, async (req, res) => {
    const { dispute } = await findDispute(db, actorOf(req), idIn(req.params.id));
    const fileId = idIn(req.params.fileId);
    const photo = dispute.messages.flatMap((message) => message.photos).find((one) => one.fileId === fileId);
    const bytes = photo && (await files.open(photo.file.sha256));
    if (!photo || !bytes) throw new NotFound();
    res.type(photo.file.mime).set('Cache-Control', 'private, max-age=86400');
    await pipeline(bytes, res);
  });

  return router;

  async function act(
    req: Request,
    res: Response,
    done: string,
    work: (id: number, dispute: WholeDispute) => Promise<void>,
  ): Promise<void> {
    const id = idIn(req.params.id);
    try {
      const { dispute } = await findDispute(db, actorOf(req), id);
      await work(id, dispute);
    } catch (error) {
      return show(req, res, id, error);
    }
    flash(req, 'success', req.t(`disputes:flash.${done}`));
    res.redirect(303, pathTo('dispute', { id }));
  }

  async function show(req: Request, res: Response, id: number, refused?: unknown): Promise<void> {
    const { dispute, side } = await findDispute(db, actorOf(req), id);
    const lines = contestedLines(dispute);
    const { status, faults } = refused ? refusedForm(refused) : { status: 200, faults: [] };
    const atFields = faults.map((fault) => ({ ...fault, path: fieldOf(fault.path, lines) }));
    const fields = ['text', 'photos', ...lines.flatMap(({ lineId }) => [quantityOf(lineId), weightOf(lineId)])];
    const form = formView(req.t, fields, req.body ?? {}, atFields);
    res
      .status(status)
      .set('Cache-Control', 'no-store')
      .render('orders/dispute', { layout: 'work', ...presentDispute(req, dispute, side, form, clock()) });
  }
}

function contestedLines(dispute: WholeDispute) {
  return dispute.receipt.lines.filter((one) => one.shortQuantity + one.damagedQuantity > 0);
}

/** What was typed of each contested line; throws BadInput by the form's own fields. */
function linesOf(req: Request, dispute: WholeDispute): SettledLine[] {
  const faults: Fault[] = [];
  const lines = contestedLines(dispute).map(({ lineId, line }) => {
    const typed = String(req.body[quantityOf(lineId)] ?? '0').trim() || '0';
    const weight = String(req.body[weightOf(lineId)] ?? '').trim();
    if (!/^\d{1,7}$/.test(typed)) faults.push({ path: quantityOf(lineId), code: 'notAQuantity' });
    const grams = line.pricePerKgFen === null || weight === '' ? null : parseKilograms(weight);
    if (weight !== '' && line.pricePerKgFen !== null && grams === null)
      faults.push({ path: weightOf(lineId), code: 'malformedWeight' });
    return { lineId, quantity: Number(typed), grams };
  });
  if (faults.length > 0) throw new BadInput(faults);
  return lines;
}

function fieldOf(path: string, lines: readonly { lineId: number }[]): string {
  const [, index, name] = /^lines\.(\d+)\.(\w+)$/.exec(path) ?? [];
  const line = lines[Number(index ?? -1)];
  if (!line) return path;
  return name === 'grams' ? weightOf(line.lineId) : quantityOf(line.lineId);
}

async function wordsOf(req: Request): Promise<Words> {
  const { text } = read(words, req.body);
  const photos = await Promise.all(uploadsIn(req, 'photos').map((one) => checkedUpload(one, 'evidence', 'photos')));
  return { text, photos };
}
