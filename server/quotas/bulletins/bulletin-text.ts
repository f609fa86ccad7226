import { nameOf, type Reader } from '../board/board-presenter.ts';
import type { Programme } from '../programme-list.ts';
import { type Figures, isBehind, isJudgedUnit, type Judged, type Part, type UnitFigures } from './bulletin-figures.ts';
import type { Period } from './bulletin-periods.ts';
import {
  amountWords,
  dayWords,
  joinWords,
  measureOf,
  moneyWords,
  partName,
  percentWords,
  periodName,
} from './bulletin-words.ts';

type TextPeriod = Omit<Period, 'key'>;
type Section = { heading: string; paragraphs: string[] };

const LONGEST_TITLE = 191;
const NAMED = 3;
const LISTED = 8;

export function writeTitle(reader: Reader, programme: Programme, period: TextPeriod): string {
  const values = { programme: nameOf(reader, programme), period: periodName(reader, period) };
  return reader.t(`bulletins:title.${period.kind}`, values).slice(0, LONGEST_TITLE);
}

/** The sentences of a bulletin from its figures, one paragraph a line, for whoever signs it to put into better words. */
export function writeText(reader: Reader, period: TextPeriod, figures: Figures): string {
  const { t } = reader;
  const values = {
    programme: nameOf(reader, figures.programme),
    period: periodName(reader, period),
    day: dayWords(reader, figures.day),
  };
  const sections = [
    ...(period.kind === 'half_year' ? [agenda(reader)] : []),
    overall(reader, period, figures),
    units(reader, figures),
    ...(figures.scheme ? [assessment(reader, figures)] : []),
    ...(figures.by.category.length > 0 ? [structure(reader, figures)] : []),
    benefit(reader, figures),
    next(reader, figures),
  ];
  return [
    t(`bulletins:text.opening.${period.kind}`, values),
    ...sections.flatMap(({ heading, paragraphs }, at) => [
      t('bulletins:text.heading', {
        ordinal: t(`bulletins:ordinal.${at + 1}`),
        heading: t(`bulletins:heading.${heading}`),
      }),
      ...paragraphs,
    ]),
  ].join('\n');
}

function agenda({ t }: Reader): Section {
  return { heading: 'agenda', paragraphs: ['1', '2', '3', '4'].map((item) => t(`bulletins:text.agenda.${item}`)) };
}

function overall(reader: Reader, period: TextPeriod, { total, units, day, lastYear, helped }: Figures): Section {
  const { t } = reader;
  const measure = measureOf(total.headline);
  const inPeriod = (event: 'placed' | 'counted') =>
    amountWords(reader, measure, measure === 'fen' ? total.period[`${event}Fen`] : total.period[`${event}Grams`]);
  const paragraphs = [
    total.headline
      ? t('bulletins:text.overall', {
          day: dayWords(reader, day),
          units: units.filter(isJudgedUnit).length,
          target: amountWords(reader, measure, total.headline.target),
          placed: amountWords(reader, measure, total.headline.placed),
          counted: amountWords(reader, measure, total.headline.counted),
          share: percentWords(total.share),
          expected: percentWords(total.expectedShare),
          state: t(`common:progressState.${total.state}`),
        })
      : t('bulletins:text.overallNoTarget', {
          day: dayWords(reader, day),
          placed: moneyWords(reader, total.placedFen),
          counted: moneyWords(reader, total.countedFen),
        }),
    t('bulletins:text.inPeriod', {
      period: periodName(reader, period),
      placed: inPeriod('placed'),
      counted: inPeriod('counted'),
    }),
  ];
  if (lastYear)
    paragraphs.push(
      t('bulletins:text.lastYear', {
        day: dayWords(reader, lastYear.day),
        counted: moneyWords(reader, lastYear.countedFen),
        share: percentWords(lastYear.share),
      }),
    );
  if (helped.fen > 0) paragraphs.push(t('bulletins:text.helped', { amount: moneyWords(reader, helped.fen) }));
  return { heading: 'overall', paragraphs };
}

function units(reader: Reader, { units: all }: Figures): Section {
  const { t } = reader;
  const judged = all.filter(isJudgedUnit).sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  if (judged.length === 0) return { heading: 'units', paragraphs: [t('bulletins:text.noTargets')] };
  const many = (state: Judged['state']) => judged.filter((unit) => unit.state === state).length;
  const told = (list: readonly UnitFigures[]) =>
    joinWords(
      reader,
      list.map((unit) => t('bulletins:list.item', { name: nameOf(reader, unit), share: percentWords(unit.share) })),
    );
  const over = judged.filter(({ state }) => state === 'met');
  const behind = judged.filter(isBehind).reverse();
  const without = all.filter((unit) => !isJudgedUnit(unit));
  return {
    heading: 'units',
    paragraphs: [
      t('bulletins:text.states', {
        met: many('met'),
        ahead: many('ahead'),
        onTrack: many('on_track'),
        behind: many('behind'),
        farBehind: many('far_behind'),
      }),
      t('bulletins:text.leading', { units: told(judged.slice(0, NAMED)) }),
      ...(over.length > 0 ? [t('bulletins:text.met', { many: over.length, units: told(over.slice(0, LISTED)) })] : []),
      ...(behind.length > 0
        ? [t('bulletins:text.trailing', { many: behind.length, units: told(behind.slice(0, LISTED)) })]
        : []),
      ...(without.length > 0
        ? [
            t('bulletins:text.without', {
              units: joinWords(
                reader,
                without.slice(0, LISTED).map((unit) => nameOf(reader, unit)),
              ),
              many: without.length,
            }),
          ]
        : []),
    ],
  };
}

function assessment(reader: Reader, { units: all, scheme }: Figures): Section {
  const { t } = reader;
  const many = (grade: string) => all.filter(({ marks }) => marks?.grade === grade).length;
  return {
    heading: 'assessment',
    paragraphs: [
      t('bulletins:text.scheme', { ...scheme?.weights }),
      t('bulletins:text.grades', {
        excellent: many('excellent'),
        good: many('good'),
        pass: many('pass'),
        fail: many('fail'),
      }),
    ],
  };
}

function structure(reader: Reader, { by, total }: Figures): Section {
  const { t } = reader;
  const shares = (of: 'category' | 'village' | 'funding', parts: readonly Part[]) =>
    joinWords(
      reader,
      [...parts]
        .filter(({ countedFen }) => countedFen > 0)
        .sort((a, b) => b.countedFen - a.countedFen)
        .slice(0, NAMED + 1)
        .map((part) =>
          t('bulletins:list.part', {
            name: partName(reader, of, part),
            amount: moneyWords(reader, part.countedFen),
            share: percentWords(part.countedFen / Math.max(1, total.countedFen)),
          }),
        ),
    );
  if (total.countedFen <= 0) return { heading: 'structure', paragraphs: [t('bulletins:text.nothingCounted')] };
  return {
    heading: 'structure',
    paragraphs: [
      t('bulletins:text.byCategory', { parts: shares('category', by.category) }),
      t('bulletins:text.byVillage', { parts: shares('village', by.village) }),
      t('bulletins:text.byFunding', { parts: shares('funding', by.funding) }),
    ],
  };
}

function benefit(reader: Reader, { benefits }: Figures): Section {
  const { t } = reader;
  const modes = benefits.modes.map(({ mode, households, payoutFen }) =>
    t('bulletins:list.benefit', {
      mode: t(`bulletins:benefit.${mode}`),
      households,
      amount: moneyWords(reader, payoutFen),
    }),
  );
  const { suppliers, withBenefit } = benefits;
  return {
    heading: 'benefit',
    paragraphs: [
      t('bulletins:text.benefit', { suppliers, withBenefit }),
      ...(modes.length > 0 ? [t('bulletins:text.benefitModes', { modes: joinWords(reader, modes) })] : []),
    ],
  };
}

function next(reader: Reader, { units: all, programme, total }: Figures): Section {
  const { t } = reader;
  const measure = measureOf(total.headline);
  return {
    heading: 'next',
    paragraphs: [
      ...(all.some(isBehind) ? [t('bulletins:text.next.behind')] : []),
      ...(total.neededPerMonth
        ? [t('bulletins:text.next.pace', { amount: amountWords(reader, measure, total.neededPerMonth) })]
        : []),
      t('bulletins:text.next.accept'),
      t('bulletins:text.next.until', { day: dayWords(reader, programme.countUntil) }),
    ],
  };
}
