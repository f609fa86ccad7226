import type { ProductDocument } from '../../server/search/product-document.ts';
import { aProduct, from, inCategory } from './a-product.ts';

const goods = [
  '贡米',
  '白茶',
  '绿茶',
  '红茶',
  '山地鸡',
  '土鸡蛋',
  '老腊肉',
  '香肠',
  '山银花',
  '黄精',
  '天麻',
  '党参',
  '香菇',
  '黑木耳',
  '羊肚菌',
  '蜂蜜',
  '核桃',
  '板栗',
  '山茶油',
  '豆干',
  '竹笋',
  '红薯粉',
  '辣椒酱',
  '脆桃',
];
const kinds = ['粮油', '茶叶', '畜禽', '腊味', '中药材', '食用菌', '干果', '蔬菜'];
const counties = ['xiushan', 'chengkou', 'wulong'];
const townships = ['涌洞乡', '钟灵镇', '海洋乡', '岚天乡', '鸡鸣乡', '后坪乡', '火炉镇', '凤来镇', '浩口乡', '双河镇'];
const villages = ['凉河村', '古田村', '野坪村', '楠木村', '川河村', '龙泉村', '松柏村', '乌杨村', '木根村', '香树村'];
const styles = ['高山', '林下', '梯田', '富硒', '手工', '农家', '有机', '老树', '冷水', '石磨', '苗家', '土家'];
const makers = ['种植专业合作社', '股份经济合作联合社', '家庭农场', '农业发展有限公司'];
const packs: [string, number][] = [
  ['250 克/袋', 250],
  ['500 克/袋', 500],
  ['1 公斤/袋', 1_000],
  ['5 公斤/袋', 5_000],
  ['25 公斤/袋（食堂装）', 25_000],
];

/** `count` products that look like the market's, in pages as a rebuild reads them; every eighth has a name of its own. */
export async function* madeUpProducts(count: number, page = 500): AsyncGenerator<ProductDocument[]> {
  for (let start = 0; start < count; start += page)
    yield Array.from({ length: Math.min(page, count - start) }, (_, at) => madeUpProduct(start + at + 1));
}

export function madeUpProduct(id: number): ProductDocument {
  const family = Math.ceil(id / packs.length);
  const good = pick(goods, family, 7);
  const village = pick(villages, family, 3);
  const [spec, netGrams] = packs[id % packs.length] ?? ['', 0];
  const own = family % 8 === 0 ? `${String.fromCodePoint(0x4e00 + (family % 2_000))}${pick(styles, family, 5)}` : '';
  const supplier = family % 900;
  return aProduct({
    id,
    familyId: family,
    name: `${village.slice(0, -1)}${own}${pick(styles, family, 11)}${good}`,
    spec,
    netGrams,
    aliases: [good, `${pick(styles, family, 13)}${good}`],
    description: `产自${village}，${pick(styles, family, 17)}种养，${good}品质稳定，适合食堂与家庭。`,
    priceFen: 500 + ((id * 7_919) % 80_000),
    sales: (id * 104_729) % 50_000,
    inStock: id % 17 !== 0,
    coldChain: id % 6 === 0,
    supplierCode: `supplier-${supplier}`,
    supplierName: `${village}${supplier}号${pick(makers, supplier, 1)}`,
    certifications: id % 4 === 0 ? ['certified', 'green'] : ['certified'],
    ...inCategory(good, pick(kinds, goods.indexOf(good), 1)),
    ...from(pick(counties, family, 1), pick(townships, family, 1), village),
  });
}

function pick<T>(list: readonly T[], number: number, step: number): T {
  return list[(number * step + Math.floor(number / list.length)) % list.length] as T;
}
