import { pathTo } from '../../paths.ts';
import type { Day } from '../../shared/days.ts';
import { placeName } from '../../units/place-tree.ts';
import { nameOf, presentProgramme, type Reader } from '../board/board-presenter.ts';
import { type Programme, takingInOf } from '../programme-list.ts';
import type { LoadedChoices } from './programme-choices.ts';
import { percentText } from './programme-form.ts';
import type { Adjustments, actsOf, DeclarationCounts, ProgrammeFigures, ProgrammeFile } from './programme-queries.ts';
import { mayHappenToProgramme } from './programme-states.ts';

const TONES = { draft: 'wait', open: 'active', closed: 'off' } as const;
const NOTHING: ProgrammeFigures = { placedFen: 0, countedFen: 0, units: 0 };

export interface ListPage {
  programmes: readonly Programme[];
  figures: ReadonlyMap<number, ProgrammeFigures>;
}

/** What views/quotas/programmes/list.hbs shows: drafts, then running ones, then closed ones. */
export function presentList(reader: Reader, { programmes, figures }: ListPage) {
  const { t } = reader;
  const parts = (['draft', 'open', 'closed'] as const).map((state) => ({
    state,
    title: t(`programmes:list.${state}`),
    rows: programmes
      .filter((programme) => programme.state === state)
      .map((programme) => ({
        ...(figures.get(programme.id) ?? NOTHING),
        code: programme.code,
        name: nameOf(reader, programme),
        href: pathTo('programme', { code: programme.code }),
        startsOn: programme.startsOn,
        endsOn: programme.endsOn,
        participants: t('programmes:list.groupCount', { count: programme.participants.length }),
        isTakingIn: programme.stillTakingIn !== undefined,
        ...stateOf(reader, state),
      })),
  }));
  return {
    ...{ title: t('programmes:list.title'), layout: 'work', currentPage: '/programmes' },
    parts: parts.filter(({ rows }) => rows.length > 0),
    newHref: pathTo('newProgramme'),
  };
}

function stateOf({ t }: Reader, state: Programme['state']) {
  return { tone: TONES[state], stateLabel: t(`programmes:state.${state}`) };
}

export interface ShowPage {
  file: ProgrammeFile;
  choices: Pick<LoadedChoices, 'places' | 'categories'>;
  groupUnits: ReadonlyMap<string, number>;
  figures: ProgrammeFigures | undefined;
  adjustments: Adjustments | null;
  declarations: DeclarationCounts;
  acts: Awaited<ReturnType<typeof actsOf>>;
  mayRun: boolean;
  today: Day;
}

/** What views/quotas/programmes/show.hbs shows. */
export function presentShow(reader: Reader, page: ShowPage) {
  const { t, locale } = reader;
  const { file, choices, figures = NOTHING, adjustments, declarations, mayRun, today } = page;
  const { code, state, startsOn, endsOn, countUntil } = file;
  const names = (ids: readonly number[], nameById: (id: number) => string) => ids.map(nameById);
  const act = (name: 'open' | 'close') => mayRun && mayHappenToProgramme(state, name);
  return {
    ...{ title: nameOf(reader, file), layout: 'work', currentPage: '/programmes' },
    breadcrumbs: [{ label: t('programmes:list.title'), href: pathTo('programmes') }, { label: nameOf(reader, file) }],
    ...{ code, state, startsOn, endsOn, countUntil, ...stateOf(reader, state) },
    isClosed: state === 'closed',
    isDraft: state === 'draft',
    takingIn: presentTakingIn(file.takingIn),
    hrefs: {
      board: state === 'draft' ? undefined : pathTo('board', { programme: code }),
      edit: mayRun ? pathTo('programmeEdit', { code }) : undefined,
      next: mayRun ? pathTo('newProgramme', { from: code }) : undefined,
      open: act('open') ? pathTo('programmeOpening', { code }) : undefined,
      close: act('close') && today > endsOn ? pathTo('programmeClosing', { code }) : undefined,
    },
    closableFrom: act('close') && today <= endsOn ? endsOn : undefined,
    figures,
    adjustments,
    rule: presentProgramme(reader, file).rule,
    group: file.group && nameOf(reader, file.group),
    assistedPlace: placeName(choices.places, file.assistedPlaceId, locale),
    origins: names(file.originIds, (id) => placeName(choices.places, id, locale)),
    categories: names(file.categoryIds, (id) => {
      const category = choices.categories.byId.get(id);
      return category ? nameOf(reader, category) : '';
    }),
    participants: file.participants.map((group) => ({
      name: nameOf(reader, group),
      units: page.groupUnits.get(group.code) ?? 0,
    })),
    milestones: file.milestones.map(({ dueOn, shareBp }) => ({
      dueOn,
      shareText: percentText(shareBp),
      isPast: dueOn < today,
    })),
    ratio: file.ingredientRatioBp === 0 ? undefined : percentText(file.ingredientRatioBp),
    perEmployeeFen: file.perEmployeeFen || undefined,
    priceRiseLimit: percentText(file.priceRiseLimitBp),
    declarations,
    acts: page.acts.map(({ action, at }) => ({
      label: t(`programmes:acts.${action.replace('programme.', '')}`),
      at: at.toISOString(),
      state: 'done',
    })),
  };
}

/** How far taking in has come; nothing once it is finished. */
export function presentTakingIn(row: ProgrammeFile['takingIn']) {
  return row && row.finishedAt === null ? takingInOf(row.done, row.total) : undefined;
}

/** What views/quotas/programmes/confirm.hbs shows before a programme is opened or closed. */
export function presentConfirm(
  reader: Reader,
  act: 'open' | 'close',
  file: ProgrammeFile,
  parts: { earlier: number; today: Day; isPossible: boolean; message?: string },
) {
  const { t } = reader;
  const { code, startsOn, endsOn, countUntil } = file;
  const values = { startsOn, endsOn, countUntil, groups: file.participants.length, earlier: parts.earlier };
  const points =
    act === 'open'
      ? ['counts', parts.earlier > 0 ? 'earlier' : 'noEarlier', 'fixed', 'editable', 'until']
      : ['figures', countUntil >= parts.today ? 'still' : 'nothingMore', 'adjustments', 'fixed', 'bulletins'];
  const title = t(`programmes:${act}.title`);
  return {
    ...{ title, layout: 'work', currentPage: '/programmes', message: parts.message },
    breadcrumbs: [
      { label: t('programmes:list.title'), href: pathTo('programmes') },
      { label: nameOf(reader, file), href: pathTo('programme', { code }) },
      { label: title },
    ],
    name: nameOf(reader, file),
    lead: t(`programmes:${act}.lead`, values),
    points: points.map((point) => t(`programmes:${act}.${point}`, values)),
    rule: presentProgramme(reader, file).rule,
    action: pathTo(act === 'open' ? 'programmeOpening' : 'programmeClosing', { code }),
    button: parts.isPossible ? t(`programmes:${act}.button`) : undefined,
    backHref: pathTo('programme', { code }),
  };
}
