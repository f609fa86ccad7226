/** An outside buyer's order, but for its lines and key. */
export const PLAIN_ORDER = {
  unitId: null,
  fundingSource: 'individual',
  paymentWay: 'stripe',
  channel: 'market',
  zoneId: null,
  note: null,
  recipient: '收货人',
  phone: '13800000000',
  region: '重庆市',
  address: '测试路 1 号',
  expectedTotalFen: null,
} as const;
