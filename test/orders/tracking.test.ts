import { expect, it } from 'vitest';
import { trackingHref } from '../../server/orders/track-parcel.ts';

it.each([
  ['顺丰速运', 'SF1234567890', 'com=shunfeng&nu=SF1234567890'],
  ['中国邮政（演示）', '9876543210123', 'com=youzhengguonei&nu=9876543210123'],
  ['ems', 'EA123456789CN', 'com=ems&nu=EA123456789CN'],
])('the number of %s leads to where it can be looked up', (carrier, number, query) => {
  expect(trackingHref(carrier, number)).toBe(`https://www.kuaidi100.com/chaxun?${query}`);
});

it.each([
  ['自有车辆', 'YB-2026-1'],
  ['顺丰', '司机老王 13800000000'],
  ['顺丰', ''],
])('there is no such page for %s “%s”', (carrier, number) => {
  expect(trackingHref(carrier, number)).toBeUndefined();
});
