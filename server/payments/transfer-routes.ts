import express, { type Request, type Response, type Router } from 'express';
import type { i18n } from 'i18next';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { BadInput, StateConflict } from '../shared/errors.ts';
import { decodeCursor } from '../shared/pagination.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { LOCALES, translator } from '../web/i18n.ts';
import { uploadsIn } from '../web/uploads.ts';
import { importTransfers } from './import-transfers.ts';
import { COLUMNS, type HeadWords, readBankLines } from './read-bank-lines.ts';
import { matchTransfer, recordTransfer } from './record-transfer.ts';
import { decideReturn, proposeReturn } from './return-transfer.ts';
import { matchForm, returnDecisionForm, returnForm, transferForm } from './statement-schemas.ts';
import { presentSkipped, presentTransfers } from './transfer-presenter.ts';
import { countReturning, countUnmatched, listTransfers, TRANSFER_TABS } from './transfer-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
  messages: i18n;
}

const PER_PAGE = 30;
const FIELDS = ['referenceCode', 'amount', 'payerName', 'payerAccount', 'paidOn', 'bankReference'];
interface Forms {
  form?: FormView;
  importForm?: FormView;
  matching?: { id: number; form: FormView };
  giving?: { id: number; form: FormView };
}

const EMPTY: FormView = { values: {} };

/** The operator's transfers: recorded one by one or from the bank's list, and matched by hand where that must be. */
export function transferRoutes({ db, clock, messages }: Parts): Router {
  const router = express.Router();
  const words = headWordsOf(messages);

  router.get(patterns.transfers, (req, res) => show(req, res));

  router.post(patterns.transfers, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    try {
      const { amount, referenceCode, payerName, bankReference, ...transfer } = read(transferForm, req.body);
      const typed = {
        ...{ referenceCode: referenceCode || null, payerName: payerName || null, bankReference: bankReference || null },
        ...{ amountFen: amount, remark: null },
      };
      await recordTransfer(db, actorOf(req), { ...transfer, ...typed }, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), { form: formView(req.t, FIELDS, req.body ?? {}, faults) });
    }
    flash(req, 'success', req.t('statements:flash.recorded'));
    res.redirect(303, pathTo('transfers', { tab: 'all' }));
  });

  router.post(patterns.transferImport, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const [upload] = uploadsIn(req, 'sheet');
    try {
      if (!upload) throw new BadInput([{ path: 'sheet', code: 'required' }]);
      const { lines, skipped } = readBankLines(upload.bytes, words, dayOf(clock()), 'sheet');
      const counts = await importTransfers(db, actorOf(req), lines, clock());
      const values = { ...counts, skipped: skipped.length };
      flash(req, counts.unmatched > 0 ? 'info' : 'success', req.t('statements:flash.imported', values));
      for (const { kind, text } of presentSkipped(req, skipped)) flash(req, kind, text);
      res.redirect(303, pathTo('transfers', { tab: counts.unmatched > 0 ? undefined : 'all' }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), { importForm: formView(req.t, ['sheet'], {}, faults) });
    }
  });

  router.post(patterns.transferMatching, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'operator');
    const id = idIn(req.params.id);
    try {
      const { referenceCode } = read(matchForm, req.body);
      await matchTransfer(db, actor, id, referenceCode.toUpperCase(), clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const form = formView(req.t, ['referenceCode'], req.body ?? {}, faults);
      return show(req, res.status(status), { matching: { id, form } });
    }
    flash(req, 'success', req.t('statements:flash.matched'));
    res.redirect(303, pathTo('transfers'));
  });

  router.post(patterns.transferReturn, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'operator');
    const id = idIn(req.params.id);
    try {
      const { amount, reason } = read(returnForm, req.body);
      await proposeReturn(db, actor, id, { fen: amount, reason }, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const form = formView(req.t, ['amount', 'reason'], req.body ?? {}, faults);
      return show(req, res.status(status), { giving: { id, form } });
    }
    flash(req, 'success', req.t('statements:flash.proposed'));
    res.redirect(303, pathTo('transfers', { tab: 'returning' }));
  });

  router.post(patterns.transferReturnDecision, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'operator');
    const { decision } = read(returnDecisionForm, req.body);
    try {
      await decideReturn(db, actor, idIn(req.params.id), decision, clock());
      flash(req, 'success', req.t(`statements:flash.${decision}`));
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      flash(req, 'error', req.t(`faults:${error.code}`));
    }
    res.redirect(303, pathTo('transfers', { tab: 'returning' }));
  });

  return router;

  async function show(req: Request, res: Response, forms: Forms = {}): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'operator');
    const tab = TRANSFER_TABS.find((name) => name === req.query.tab) ?? 'unmatched';
    const key = decodeCursor(typeof req.query.cursor === 'string' ? req.query.cursor : undefined, 1)?.[0];
    const [found, unmatched, returning] = await Promise.all([
      listTransfers(db, tab, Number(key) || null, PER_PAGE + 1),
      countUnmatched(db),
      countReturning(db),
    ]);
    const transfers = found.slice(0, PER_PAGE);
    const nextId = found.length > PER_PAGE ? transfers.at(-1)?.id : undefined;
    const people = await namesOf(transfers.flatMap(({ returns }) => returns));
    const { form = EMPTY, importForm = EMPTY, matching = null, giving = null } = forms;
    res.set('Cache-Control', 'no-store').render('payments/transfers', {
      layout: 'work',
      currentPage: patterns.transfers,
      ...presentTransfers(req, {
        tab,
        transfers,
        nextId,
        unmatched,
        returning,
        actorId: actor.id,
        people,
        today: dayOf(clock()),
        form,
        importForm,
        matching,
        giving,
      }),
    });
  }

  async function namesOf(returns: readonly { proposedById: number; decidedById: number | null }[]) {
    const ids = returns.flatMap(({ proposedById, decidedById }) => [proposedById, decidedById ?? 0]);
    const users = await db.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
    return new Map(users.map(({ id, name }) => [id, name]));
  }
}

/** What banks call their columns, sums and money that went out, in every language of the market. */
function headWordsOf(messages: i18n): HeadWords {
  const wordsOf = (column: string) =>
    LOCALES.flatMap((locale) => translator(messages, locale)(`statements:bankHeads.${column}`).split('|'));
  return Object.fromEntries(
    [...COLUMNS, 'total', 'out'].map((column) => [column, wordsOf(column)]),
  ) as unknown as HeadWords;
}
