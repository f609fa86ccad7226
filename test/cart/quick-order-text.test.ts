import { describe, expect, it } from 'vitest';
import { countedIn } from '../../server/cart/counted-in.ts';
import { quantityIn, rowsOfTable, rowsOfText } from '../../server/cart/quick-order-text.ts';
import type { BuyableProduct } from '../../server/catalog/shelf-products.ts';

const row = (text: string) => rowsOfText(text)[0];

describe('a line of a pasted list', () => {
  it.each([
    ['贡米 5公斤 20袋', '贡米 5公斤', '20袋', ''],
    ['土鸡 12', '土鸡', '12', ''],
    ['土鸡 12 3号门', '土鸡', '12', '3号门'],
    ['土鸡 12 去内脏 早上送', '土鸡', '12', '去内脏 早上送'],
    ['土鸡蛋 30枚 10', '土鸡蛋 30枚', '10', ''],
    ['土鸡×12', '土鸡', '12', ''],
    ['土鸡12只', '土鸡', '12只', ''],
    ['20袋 贡米', '贡米', '20袋', ''],
    ['lhbc\t6\t送礼', 'lhbc', '6', '送礼'],
    ['贡米，5公斤，20，分两次', '贡米 5公斤', '20', '分两次'],
    ['"贡米, 新米",20', '贡米, 新米', '20', ''],
    ['liangheBaicha-250 3', 'liangheBaicha-250', '3', ''],
    ['1023 20', '1023', '20', ''],
    ['贡米 2.5', '贡米', '2.5', ''],
    ['贡米 -3', '贡米', '-3', ''],
    ['贡米 5公斤', '贡米 5公斤', '', ''],
    ['土鸡 １２', '土鸡', '12', ''],
    ['贡米,很多', '贡米', '很多', ''],
    ['贡米 20 箱 早上送', '贡米', '20箱', '早上送'],
    ['贡米 20 斤', '贡米', '20斤', ''],
    ['贡米,20,箱,早上送', '贡米', '20箱', '早上送'],
    ['rice 20 cases', 'rice', '20cases', ''],
  ])('reads “%s”', (text, product, quantity, note) => {
    expect(row(text)).toEqual({ line: 1, product, quantity, note });
  });

  it('counts empty lines, so that faults name the line that the buyer sees', () => {
    expect(rowsOfText('土鸡 1\n\n贡米 2').map(({ line }) => line)).toEqual([1, 3]);
  });

  it('takes headings for what they are, and a name without a quantity not', () => {
    expect(rowsOfText('商品\t数量\t备注\n土鸡\t1\t')).toMatchObject([{ line: 2, product: '土鸡' }]);
    expect(
      rowsOfTable([
        ['Product', 'Quantity'],
        ['土鸡', '4'],
      ]),
    ).toMatchObject([{ line: 2, quantity: '4' }]);
    expect(rowsOfText('土鸡\n贡米 2')).toHaveLength(2);
    const table = [
      ['品名', '规格', '单位', '数量', '备注'],
      ['贡米', '5公斤', '箱', '20', '早上送'],
      ['贡米', '5公斤', '', '20箱', ''],
    ];
    expect(rowsOfTable(table)).toMatchObject([
      { product: '贡米 5公斤', quantity: '20箱', note: '早上送' },
      { product: '贡米 5公斤', quantity: '20箱', note: '' },
    ]);
  });
});

it.each([
  ['20袋', 20],
  ['x12', 12],
  ['0', null],
  ['-3', null],
  ['2.5', null],
  ['', null],
  ['1e3', null],
])('“%s” is the quantity %s', (text, quantity) => expect(quantityIn(text)).toBe(quantity));

describe('a quantity of rice by the bag, of which 12 go into a case', () => {
  const rice = { saleUnit: '袋', saleUnitEn: 'bag', caseQuantity: 12 } as BuyableProduct;
  const loose = { ...rice, caseQuantity: 1 };
  const byJin = { ...rice, saleUnit: '斤', saleUnitEn: 'jin' };

  it.each([
    ['20', rice, 20],
    ['20袋', rice, 20],
    ['20 bags', rice, 20],
    ['20箱', rice, 240],
    ['20件', rice, 240],
    ['2 cases', rice, 24],
    ['20箱', loose, 'otherUnit'],
    ['20瓶', rice, 'otherUnit'],
    ['20斤', rice, 'otherUnit'],
    ['20斤', byJin, 20],
    ['2.5公斤', byJin, 5],
    ['2.3kg', byJin, 'notAQuantity'],
    ['2.5箱', rice, 'notAQuantity'],
    ['0箱', rice, 'notAQuantity'],
    ['', rice, 'quantityMissing'],
    ['很多很多', rice, 'notAQuantity'],
  ] as const)('“%s”', (text, product, expected) => {
    const { count, fault } = countedIn(text, product);
    expect(count ?? fault?.code).toBe(expected);
  });
});
