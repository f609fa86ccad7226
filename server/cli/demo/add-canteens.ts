import { addDays, type Day, dayToColumn, startOfDay } from '../../shared/days.ts';
import { type CanteenHours, windowOn } from '../../units/canteens/canteen-hours.ts';
import { ABC } from './special-order-list.ts';
import { atMinute, type World } from './world.ts';

const HALF_A_YEAR = 180;
const at = (from: number, to: number) => ({ from: from * 60, to: to * 60 });
const EVERY_DAY: CanteenHours = [...Array<CanteenHours[number]>(5).fill(at(6, 9)), at(7, 9), at(7, 9)];
const WEEKDAYS: CanteenHours = [...Array<CanteenHours[number]>(5).fill(at(6.5, 8.5)), null, null];

/** The bank's two canteens; its open purchases are awaited at the first, what is under way today and the rest in the days that follow. */
export function addCanteens(world: World): void {
  const { rows, id, today } = world;
  const unitId = id('unit', ABC.unit);
  const createdAt = atMinute(addDays(today, -HALF_A_YEAR), 600);
  const kept = { unitId, region: '重庆市 江北区', createdAt };
  const canteenId = rows.add('canteen', {
    ...{ ...kept, name: '一食堂（演示）', recipient: '一食堂收货岗（演示）', phone: '023-00050001' },
    ...{ detail: '演示大道 1 号 负一层', hours: EVERY_DAY, note: '走后门，冷链入 2 号冷库（演示）' },
  });
  rows.add('canteen', {
    ...{ ...kept, name: '营业部食堂（演示）', recipient: '营业部食堂收货岗（演示）', phone: '023-00050002' },
    ...{ detail: '演示路 12 号 2 楼', hours: WEEKDAYS, note: null },
  });
  for (const list of rows.of('purchaseList')) if (list.unitId === unitId) list.canteenId = canteenId;
  const canteen = rows.of('canteen')[canteenId - 1];
  for (const [index, order] of rows.of('order').entries()) {
    if (order.unitId !== unitId || order.fundingSource !== 'canteen_budget' || order.state !== 'placed') continue;
    const parcels = rows.of('fulfilment').filter((parcel) => parcel.orderId === index + 1);
    const isUnderWay = parcels.some(({ state }) => state === 'shipped');
    const day: Day = isUnderWay ? today : addDays(today, 5);
    const window = windowOn(EVERY_DAY, day);
    if (!window || !canteen) continue;
    Object.assign(order, {
      ...{ canteenId, deliverOn: dayToColumn(day), deliverFrom: window.from, deliverTo: window.to },
      ...{ recipient: canteen.recipient, phone: canteen.phone, region: canteen.region, address: canteen.detail },
    });
    for (const parcel of parcels)
      if (parcel.state === 'confirmed') parcel.dueAt = new Date(startOfDay(day).getTime() + window.from * 60_000);
  }
}
