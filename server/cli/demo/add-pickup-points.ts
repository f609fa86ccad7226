import { addDays, dayToColumn } from '../../shared/days.ts';
import type { People } from './add-people.ts';
import { atMinute, hoursLater, type World } from './world.ts';

const HALF_A_YEAR = 180;
const MOST_FETCHED = 2;

/** Points where parcels are fetched, one of them the bank's own reception, with two parcels there; and a code to join the bank by. */
export function addPickupPoints(world: World, people: People): void {
  const unitId = world.rows
    .of('roleGrant')
    .find(({ userId, role }) => userId === people.employee && role === 'employee')?.unitId;
  if (!unitId) throw new Error('the demonstration’s employee belongs to no unit');
  const since = atMinute(addDays(world.today, -HALF_A_YEAR), 600);
  const reception = world.rows.add('pickupPoint', {
    ...{
      unitId,
      name: '市分行收发室（演示）',
      nameEn: 'Reception of the branch (demonstration)',
      region: '重庆市 江北区',
    },
    ...{ address: '演示大道 1 号 1 楼', contact: '收发室（演示）', phone: '023-00040001', hours: '工作日 8:30–18:00' },
    ...{ capacity: 200, createdAt: since },
  });
  world.rows.add('pickupPoint', {
    ...{ name: '渝中区消费帮扶馆自提点（演示）', nameEn: 'Yuzhong pavilion (demonstration)', region: '重庆市 渝中区' },
    ...{ address: '演示路 88 号', contact: '值守人（演示）', phone: '023-00040002', hours: '每天 9:00–20:00' },
    ...{ capacity: 300, createdAt: since },
  });
  world.rows.add('pickupPoint', {
    ...{ name: '涌洞乡农产品电商服务点（演示）', nameEn: 'Yongdong e-commerce service point (demonstration)' },
    ...{
      region: '重庆市 秀山土家族苗族自治县',
      address: '演示街 6 号',
      contact: '值守人（演示）',
      phone: '023-00040003',
    },
    ...{ hours: '每天 9:00–17:00', capacity: 80, createdAt: since },
  });
  fetchAt(world, people, reception);
  world.rows.add('unitInvitation', {
    ...{ unitId, code: 'BANGFU26', note: '营业部新职工（演示）', maxUses: 50, used: 0 },
    ...{ expiresOn: dayToColumn(addDays(world.today, 90)), issuedById: people.approver(unitId), createdAt: since },
  });
}

/** The newest parcels on their way to the demonstration's employee go to the reception; the first waits there with its code. */
function fetchAt({ rows, now }: World, people: People, pointId: number): void {
  const point = rows.of('pickupPoint')[pointId - 1];
  const own = new Map(
    rows
      .of('order')
      .flatMap((order) =>
        order.buyerId === people.employee && order.fundingSource === 'individual' ? [[Number(order.id), order]] : [],
      ),
  );
  const coming = rows.of('fulfilment').filter(({ orderId, state }) => own.has(orderId) && state === 'shipped');
  for (const [at, parcel] of coming.slice(-MOST_FETCHED).entries()) {
    const order = own.get(parcel.orderId);
    if (!order || !point) continue;
    Object.assign(order, { region: point.region, address: `${point.address} ${point.name}` });
    const arrived = at === 0 && parcel.shippedAt ? hoursLater(new Date(parcel.shippedAt), 20) : null;
    const arrivedAt = arrived && arrived < now ? arrived : null;
    rows.add('pickup', {
      ...{ fulfilmentId: Number(parcel.id), pointId, createdAt: order.submittedAt },
      ...{ arrivedAt, code: arrivedAt && '260815' },
    });
  }
}
