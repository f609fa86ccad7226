import { pathTo } from '../../paths.ts';
import { groupBy } from '../../shared/group-by.ts';
import { formatYuan } from '../../shared/money.ts';
import { instantText } from '../../web/handlebars.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import { type DeclaredBasis, declaredFen } from './declaration-arithmetic.ts';
import type { UnitInProgramme } from './declaration-policy.ts';
import { acceptedOf, type Declaration } from './declaration-queries.ts';
import type { CanteenFacts, DeclarationTerms, NewestTarget } from './target-queries.ts';

const TONES = { submitted: 'wait', accepted: 'done', returned: 'bad', withdrawn: 'off' } as const;

/** "¥974,000.00 × 10% = ¥97,400.00", as the reader can check it. */
export function arithmeticOf({ t }: Reader, declared: DeclaredBasis): string {
  const value = `¥${formatYuan(declaredFen(declared))}`;
  const basis = `¥${formatYuan(declared.basisFen)}`;
  return declared.basis === 'employees'
    ? t('declarations:arithmetic.employees', { count: declared.employees ?? 0, basis, value })
    : t('declarations:arithmetic.ingredients', { basis, ratio: percentOf(declared.ratioBp ?? 0), value });
}

/** Basis points as percent, exactly: 1000 → "10%", 1525 → "15.25%". */
export function percentOf(basisPoints: number): string {
  const rest = String(basisPoints % 100)
    .padStart(2, '0')
    .replace(/0+$/, '');
  return `${Math.floor(basisPoints / 100)}${rest ? `.${rest}` : ''}%`;
}

export function presentDeclaration(reader: Reader, declaration: Declaration) {
  const { t } = reader;
  const { state, basis, submittedAt, reviewedAt } = declaration;
  return {
    ...declaration,
    tone: TONES[state],
    stateLabel: t(`declarations:state.${state}`),
    basisLabel: t(`declarations:basis.${basis}`),
    arithmetic: arithmeticOf(reader, declaration),
    submittedAt: instantText(submittedAt),
    reviewedAt: reviewedAt && instantText(reviewedAt),
    href: pathTo('declaration', { id: declaration.id }),
  };
}

export type UnitStanding = 'waiting' | 'returned' | 'accepted' | 'missing' | 'none';

/** Where a unit's declaring stands; `none`: nothing is expected of it (exempt, no canteen, another's canteen). */
export function standingOf(
  unit: ListedUnit,
  canteen: CanteenFacts | undefined,
  own: readonly Declaration[],
): UnitStanding {
  if (own.some(({ state }) => state === 'submitted')) return 'waiting';
  const last = own.find(({ state }) => state !== 'withdrawn');
  if (last?.state === 'returned') return 'returned';
  if (last?.state === 'accepted') return 'accepted';
  const asked = unit.exemptReason === null && canteen?.canteen !== 'none' && canteen?.canteen !== 'shared';
  return asked ? 'missing' : 'none';
}

export interface OverviewParts {
  units: readonly ListedUnit[];
  canteens: ReadonlyMap<number, CanteenFacts>;
  declarations: readonly Declaration[];
  targets: readonly NewestTarget[];
  programmeCode: string;
  state: UnitStanding | undefined;
}

const STANDINGS = ['waiting', 'missing', 'returned', 'accepted'] as const;
const STANDING_TONES = { waiting: 'wait', missing: 'bad', returned: 'active', accepted: 'done', none: 'off' } as const;

/** What views/quotas/targets/declarations.hbs shows: of every unit whether and what it has declared, beside its target. */
export function presentOverview(reader: Reader, parts: OverviewParts) {
  const { t } = reader;
  const { units, canteens, declarations, targets, programmeCode, state } = parts;
  const ofUnit = groupBy(declarations, ({ unitId }) => unitId);
  const overall = new Map(
    targets.filter((one) => one.scopeKey === 'all' && one.measure === 'fen').map((one) => [one.unitId, one.value]),
  );
  const rows = units.map((unit) => {
    const own = ofUnit.get(unit.id) ?? [];
    const standing = standingOf(unit, canteens.get(unit.id), own);
    const declared = declaredSum(own);
    const waiting = own.find((one) => one.state === 'submitted');
    return {
      name: nameOf(reader, unit),
      canteen: canteenText(reader, canteens.get(unit.id), units),
      standing,
      // One whose task the organizer set needs no declaration to have it.
      tone: standing === 'missing' && overall.get(unit.id) ? 'off' : STANDING_TONES[standing],
      label: t(`declarations:standing.${unit.exemptReason === null ? standing : 'exempt'}`),
      declaredFen: declared || null,
      targetFen: overall.get(unit.id) || null,
      href: waiting
        ? pathTo('declaration', { id: waiting.id })
        : pathTo('unitDeclarations', { programmeCode, unitCode: unit.code }),
      isWaiting: waiting !== undefined,
    };
  });
  const count = (standing: UnitStanding) => rows.filter((row) => row.standing === standing).length;
  const link = (of?: UnitStanding) => pathTo('declarations', { programme: programmeCode, state: of });
  return {
    rows: rows.filter((row) => state === undefined || row.standing === state),
    tabs: [
      { label: t('declarations:standing.all'), href: link(), count: rows.length, current: state === undefined },
      ...STANDINGS.map((one) => ({
        label: t(`declarations:standing.${one}`),
        href: link(one),
        count: count(one),
        current: state === one,
      })),
    ],
    sums: {
      declaredFen: rows.reduce((sum, { declaredFen: fen }) => sum + (fen ?? 0), 0),
      acceptedFen: acceptedSum(ofUnit),
      targetFen: units.reduce((sum, unit) => sum + (unit.exemptReason === null ? (overall.get(unit.id) ?? 0) : 0), 0),
      missing: count('missing'),
    },
  };
}

/** Of each basis the newest that waits or was accepted, fen. */
function declaredSum(own: readonly Declaration[]): number {
  return (['ingredients', 'employees'] as const).reduce((sum, basis) => {
    const found = own.find((one) => one.basis === basis && (one.state === 'submitted' || one.state === 'accepted'));
    return sum + (found?.valueFen ?? 0);
  }, 0);
}

function acceptedSum(ofUnit: ReadonlyMap<number, Declaration[]>): number {
  return [...ofUnit.values()].flatMap(acceptedOf).reduce((sum, { valueFen }) => sum + valueFen, 0);
}

/** How a unit eats, in words. */
export function canteenText(
  reader: Reader,
  canteen: CanteenFacts | undefined,
  units: readonly ListedUnit[],
  hostName?: string,
): string {
  const { t } = reader;
  if (!canteen) return '';
  const host = units.find(({ id }) => id === canteen.canteenUnitId);
  const values = { unit: host ? nameOf(reader, host) : (hostName ?? ''), contractor: canteen.contractor ?? '' };
  if (canteen.canteen === 'shared') return t('declarations:canteen.shared', values);
  if (canteen.canteen === 'outsourced')
    return canteen.contractor ? t('declarations:canteen.outsourcedTo', values) : t('declarations:canteen.outsourced');
  return t(`declarations:canteen.${canteen.canteen}`);
}

export interface UnitDeclarationsParts extends UnitInProgramme {
  canteen: CanteenFacts | undefined;
  hostName: string | undefined;
  /** the units that eat in its canteen */
  guests: readonly ListedUnit[];
  terms: DeclarationTerms;
  declarations: readonly Declaration[];
  target: NewestTarget | undefined;
  mayDeclare: boolean;
  /** what was worked out and not yet submitted */
  worked: DeclaredBasis | null;
}

/** What views/quotas/targets/unit-declarations.hbs shows: a unit's facts, the forms that are open to it, and all that it declared. */
export function presentUnitDeclarations(reader: Reader, parts: UnitDeclarationsParts) {
  const { programme, unit, units, canteen, hostName, guests, terms, declarations, target, worked } = parts;
  const kind = canteen?.canteen ?? 'own';
  const isOpen = parts.mayDeclare && programme.state !== 'closed' && unit.exemptReason === null;
  const waits = (basis: string) => declarations.some((one) => one.basis === basis && one.state === 'submitted');
  return {
    unit: { ...unit, name: nameOf(reader, unit) },
    programme: { ...programme, name: nameOf(reader, programme) },
    canteen: {
      kind,
      text: canteenText(reader, canteen, units, hostName),
      contractor: canteen?.contractor ?? '',
      employees: canteen?.employees || '',
      guests: guests.map((one) => nameOf(reader, one)).join(reader.t('declarations:comma')),
    },
    ratio: percentOf(terms.ingredientRatioBp),
    perEmployeeFen: terms.perEmployeeFen,
    targetFen: target?.value,
    isClosed: programme.state === 'closed',
    forms: {
      ingredients: isOpen && (kind === 'own' || kind === 'outsourced') && !waits('ingredients'),
      employees: isOpen && terms.perEmployeeFen > 0 && !waits('employees'),
      contractor: kind === 'outsourced',
    },
    worked: worked && { [worked.basis]: arithmeticOf(reader, worked) },
    declarations: declarations.map((one) => presentDeclaration(reader, one)),
    action: pathTo('unitDeclarations', { programmeCode: programme.code, unitCode: unit.code }),
  };
}
