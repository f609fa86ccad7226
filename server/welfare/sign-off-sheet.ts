import writeExcelFile, { type Cell } from 'write-excel-file/node';
import type { Translate } from '../web/i18n.ts';
import type { listClaims } from './run-queries.ts';

export type ListedClaim = Awaited<ReturnType<typeof listClaims>>[number];

/** Who got what, who signed and for whom, by department; one line a person. */
export function signOffSheet(t: Translate, name: string, claims: readonly ListedClaim[]): Promise<Buffer> {
  const bold = (value: string): Cell => ({ value, fontWeight: 'bold' });
  const columns = ['department', 'staffNumber', 'name', 'package', 'result', 'signedAt', 'proxy', 'givenTo'] as const;
  const rows = byDepartment(claims).map((claim): Cell[] => [
    claim.department,
    claim.staffNumber,
    claim.name,
    claim.package?.name ?? null,
    t(`welfare:result.${resultOf(claim)}`),
    claim.signedAt ? { value: claim.signedAt, type: Date, format: 'yyyy-mm-dd hh:mm' } : null,
    claim.proxyName,
    givenTo(claim),
  ]);
  return writeExcelFile([[bold(name)], columns.map((column) => bold(t(`welfare:signOff.${column}`))), ...rows], {
    columns: [20, 14, 14, 22, 12, 18, 14, 24].map((width) => ({ width })),
    ...{ stickyRowsCount: 2, sheet: t('welfare:signOff.title') },
  }).toBuffer();
}

export const resultOf = (claim: Pick<ListedClaim, 'signedAt' | 'returnedAt' | 'givenAt'>) =>
  claim.signedAt ? 'signed' : claim.returnedAt ? 'returned' : claim.givenAt ? 'given' : 'open';

/** Who got it instead, of which list. */
export const givenTo = ({ givenToList, givenToName }: Pick<ListedClaim, 'givenToList' | 'givenToName'>) =>
  [givenToList, givenToName].filter(Boolean).join(' · ') || null;

export const byDepartment = (claims: readonly ListedClaim[]) =>
  [...claims].sort((a, b) => (a.department ?? '').localeCompare(b.department ?? '', 'zh-CN'));
