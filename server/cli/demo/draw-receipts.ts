import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { formatYuan } from '../../shared/money.ts';
import { formatKilograms } from '../../shared/weight.ts';
import type { World } from './world.ts';

type Told = World['facts']['stories']['offlinePurchases'][number];

/** A picture of a receipt that says across it that it is a demonstration. */
export interface Receipt {
  sha256: string;
  bytes: Buffer;
}

/** Draws the papers of the offline purchases that the stories tell, in their order; nothing of them is anybody's real paper. */
export function drawReceipts({ facts }: World): Promise<Receipt[]> {
  return Promise.all(
    facts.stories.offlinePurchases.map(async (purchase) => {
      const bytes = await sharp(Buffer.from(svgOf(purchase)))
        .png({ compressionLevel: 9 })
        .toBuffer();
      return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}

function svgOf({ sellerName, invoiceNumber, invoiceFen, purchasedDaysAgo, lines, isFromFarmer }: Told): string {
  const rows = lines.map(
    ({ goods, grams, fen }, at) => `
      <text x="60" y="${330 + at * 44}">${goods}</text>
      <text x="560" y="${330 + at * 44}" text-anchor="end">${formatKilograms(grams)} kg</text>
      <text x="740" y="${330 + at * 44}" text-anchor="end">¥${formatYuan(fen)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="560" viewBox="0 0 800 560" font-family="Noto Sans CJK SC, sans-serif" font-size="22" fill="#23342c">
    <rect width="800" height="560" fill="#fdfbf4"/><rect x="24" y="24" width="752" height="512" fill="none" stroke="#a63d2f" stroke-width="2"/>
    <text x="400" y="86" text-anchor="middle" font-size="34" fill="#a63d2f">${isFromFarmer ? '农产品收购凭证' : '发票'}（演示） DEMO</text>
    <line x1="240" y1="104" x2="560" y2="104" stroke="#a63d2f" stroke-width="2"/>
    <text x="60" y="158">No. ${invoiceNumber ?? '—'}</text><text x="740" y="158" text-anchor="end">${purchasedDaysAgo}</text>
    <text x="60" y="206">${sellerName}</text>
    <line x1="48" y1="232" x2="752" y2="232" stroke="#a63d2f"/><line x1="48" y1="284" x2="752" y2="284" stroke="#a63d2f"/>
    <text x="60" y="266" fill="#a63d2f">goods</text><text x="560" y="266" text-anchor="end" fill="#a63d2f">kg</text><text x="740" y="266" text-anchor="end" fill="#a63d2f">CNY</text>
    ${rows.join('')}
    <line x1="48" y1="440" x2="752" y2="440" stroke="#a63d2f"/><text x="740" y="484" text-anchor="end" font-size="28">¥${formatYuan(invoiceFen)}</text>
    <text x="400" y="400" text-anchor="middle" font-size="120" fill="#a63d2f" fill-opacity="0.14" transform="rotate(-18 400 340)">演示 DEMO</text>
  </svg>`;
}
