import type { Request } from 'express';
import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { type PlaceTree, placeName } from '../units/place-tree.ts';
import type { RegisteredUnit } from '../units/unit-register.ts';
import { nameIn } from './unit-preview.ts';

const HEADS = [
  'code',
  'name',
  'aliases',
  'kind',
  'parent',
  'groups',
  'place',
  'canteen',
  'employees',
  'state',
] as const;

/** The register as it is filtered, as an Excel file. */
export function exportUnits(reader: Pick<Request, 't' | 'locale'>, tree: PlaceTree, rows: readonly RegisteredUnit[]) {
  const { t, locale } = reader;
  const sheet: SheetData = [
    HEADS.map((head): Cell => ({ value: t(`units:list.${head}`), fontWeight: 'bold' })),
    ...rows.map((row): Cell[] => [
      row.code,
      nameIn(reader, row),
      row.aliases,
      t(`units:kind.${row.kind}`),
      row.parentName && nameIn(reader, { name: row.parentName, nameEn: row.parentNameEn ?? '' }),
      (locale === 'en' && row.groupsEn) || row.groups,
      row.placeId === null ? null : placeName(tree, row.placeId, locale),
      t(`units:canteen.${row.canteen}`),
      { value: row.employees, type: Number },
      t(`units:state.${row.state}`),
    ]),
  ];
  const columns = HEADS.map((head) => ({ width: head === 'name' || head === 'groups' ? 36 : 16 }));
  return writeExcelFile(sheet, { columns, stickyRowsCount: 1, sheet: t('units:list.title') }).toBuffer();
}
