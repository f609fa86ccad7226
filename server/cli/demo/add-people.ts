import { hashPassword } from '../../accounts/passwords.ts';
import { dayToColumn } from '../../shared/days.ts';
import type { DemoUnit } from './fact-places-and-units.ts';
import { randomFrom } from './random.ts';
import { atMinute, LONG_AGO, type World } from './world.ts';

export interface PostalAddress {
  recipient: string;
  phone: string;
  region: string;
  address: string;
}

/** Who buys, approves and ships in the demonstration, by unit and supplier id. */
export interface People {
  employees(unitId: number): number[];
  buyer(unitId: number): number;
  approver(unitId: number): number;
  supplierUser(supplierId: number): number;
  /** buyers of no unit */
  outsiders: number[];
  /** where a person's own goods go */
  home(userId: number): PostalAddress;
  /** where a unit's goods go */
  canteen(unitId: number): PostalAddress;
  employee: number;
  organizer: number;
  certifier: number;
  operator: number;
}

// An argon2id hash of nothing that is known: nobody signs in with it.
export const NO_PASSWORD = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
const OUTSIDERS = 60;
const DISTRICTS = ['渝中区', '江北区', '渝北区', '南岸区', '沙坪坝区', '九龙坡区', '巴南区', '北碚区'];

/** Hashes of the demonstration accounts' passwords, by login; the only thing of the demonstration that chance does not decide. */
export async function hashPasswords({ facts }: World): Promise<Map<string, string>> {
  const { accounts, password } = facts.accounts;
  return new Map(
    await Promise.all(accounts.map(async ({ login }) => [login, await hashPassword(password)] as [string, string])),
  );
}

/** The accounts that a visitor can try, and the made-up people who bought during the twelve months. */
export function addPeople(world: World, hashes: ReadonlyMap<string, string>): People {
  const { facts, id } = world;
  const homes = new Map<number, PostalAddress>();
  const canteens = new Map<number, PostalAddress>();
  const staff = new Map<number, { employees: number[]; buyer: number; approver: number }>();
  const suppliers = new Map<number, number>();
  addDemoAccounts(world, hashes, homes);
  for (const unit of facts.units) {
    const unitId = id('unit', unit.code);
    staff.set(unitId, addStaff(world, unit, homes));
    canteens.set(unitId, addUnitAddress(world, unit));
  }
  for (const supplier of facts.suppliers) {
    const supplierId = id('supplier', supplier.code);
    suppliers.set(supplierId, supplierUserOf(world, supplierId, supplier.code, supplier.contact));
  }
  const outsiders = Array.from({ length: OUTSIDERS }, (_, at) => {
    const userId = addPerson(world, `demo-guest-${at + 1}`, `社会购买者 ${at + 1}（演示）`);
    homes.set(userId, addHome(world, userId, '社会购买者（演示）'));
    return userId;
  });
  const staffOf = (unitId: number) => found(staff.get(unitId));
  return {
    employees: (unitId) => staffOf(unitId).employees,
    buyer: (unitId) => staffOf(unitId).buyer,
    approver: (unitId) => staffOf(unitId).approver,
    supplierUser: (supplierId) => found(suppliers.get(supplierId)),
    outsiders,
    home: (userId) => found(homes.get(userId)),
    canteen: (unitId) => found(canteens.get(unitId)),
    employee: id('user', 'employee'),
    organizer: id('user', 'organizer'),
    certifier: id('user', 'certifier'),
    operator: id('user', 'operator'),
  };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the demonstration misses a person');
  return value;
}

function addDemoAccounts(world: World, hashes: ReadonlyMap<string, string>, homes: Map<number, PostalAddress>): void {
  const { facts, rows, name, idOrNull } = world;
  for (const { login, name: called, email, grants, address } of facts.accounts.accounts) {
    const userId = rows.add('user', {
      login,
      passwordHash: hashes.get(login) ?? NO_PASSWORD,
      name: called,
      email,
      isDemo: true,
      createdAt: atMinute(LONG_AGO, 600),
    });
    name('user', login, userId);
    for (const { role, unit, group, supplier, place } of grants)
      rows.add('roleGrant', {
        userId,
        role,
        unitId: idOrNull('unit', unit),
        groupId: idOrNull('group', group),
        supplierId: idOrNull('supplier', supplier),
        placeId: idOrNull('place', place),
        since: dayToColumn(LONG_AGO),
        createdAt: atMinute(LONG_AGO, 600),
      });
    if (address) {
      rows.add('address', { userId, ...address, isDefault: true, createdAt: atMinute(LONG_AGO, 600) });
      const { detail, ...rest } = address;
      homes.set(userId, { ...rest, address: detail });
    }
  }
}

/** Employees, a buyer and an approver; where a demonstration account has the role, it is the one. */
function addStaff(world: World, unit: DemoUnit, homes: Map<number, PostalAddress>) {
  const unitId = world.id('unit', unit.code);
  const known = (role: 'employee' | 'buyer' | 'approver') =>
    world.facts.accounts.accounts.find(({ grants, address }) =>
      grants.some((grant) => grant.role === role && grant.unit === unit.code && (role !== 'employee' || address)),
    )?.login;
  const member = (login: string, called: string, role: 'employee' | 'buyer' | 'approver') => {
    const userId = addPerson(world, login, called);
    for (const each of new Set(['employee', role] as const))
      world.rows.add('roleGrant', {
        userId,
        role: each,
        unitId,
        since: dayToColumn(LONG_AGO),
        createdAt: atMinute(LONG_AGO, 600),
      });
    return userId;
  };
  const login = known('employee');
  const employees = login ? [world.id('user', login)] : [];
  const many = Math.min(110, Math.max(3, Math.round(unit.employees / 14)));
  for (let at = 1; at <= many; at += 1) {
    const userId = member(`demo-${unit.code}-${at}`, `${unit.name}职工 ${at}（演示）`, 'employee');
    homes.set(userId, addHome(world, userId, '职工（演示）'));
    employees.push(userId);
  }
  const [buyer, approver] = [known('buyer'), known('approver')];
  return {
    employees,
    buyer: buyer ? world.id('user', buyer) : member(`demo-${unit.code}-buyer`, `${unit.name}采购员（演示）`, 'buyer'),
    approver: approver
      ? world.id('user', approver)
      : member(`demo-${unit.code}-approver`, `${unit.name}审批人（演示）`, 'approver'),
  };
}

function supplierUserOf(world: World, supplierId: number, code: string, contact: string): number {
  const known = world.rows
    .of('roleGrant')
    .find((grant) => grant.role === 'supplier' && grant.supplierId === supplierId);
  if (known) return known.userId;
  const userId = addPerson(world, `demo-supplier-${code}`, contact);
  world.rows.add('roleGrant', {
    userId,
    role: 'supplier',
    supplierId,
    since: dayToColumn(LONG_AGO),
    createdAt: atMinute(LONG_AGO, 600),
  });
  return userId;
}

function addPerson({ rows }: World, login: string, called: string): number {
  return rows.add('user', {
    login: login.slice(0, 64),
    passwordHash: NO_PASSWORD,
    name: called.slice(0, 64),
    isDemo: true,
    createdAt: atMinute(LONG_AGO, 600),
  });
}

function addHome({ rows }: World, userId: number, recipient: string): PostalAddress {
  const random = randomFrom(`home ${userId}`);
  const phone = `023-0003${String(userId).padStart(4, '0')}`;
  const region = `重庆市 ${random.pick(DISTRICTS)}`;
  const address = `演示路 ${random.int(1, 299)} 号 ${random.int(1, 12)} 栋`;
  rows.add('address', {
    userId,
    recipient,
    phone,
    region,
    detail: address,
    isDefault: true,
    createdAt: atMinute(LONG_AGO, 600),
  });
  return { recipient, phone, region, address };
}

function addUnitAddress({ facts, rows, id }: World, unit: DemoUnit): PostalAddress {
  const unitId = id('unit', unit.code);
  const random = randomFrom(`canteen ${unit.code}`);
  const known = facts.accounts.unitAddresses.find((row) => row.unit === unit.code);
  const address = known ?? {
    recipient: unit.canteen === 'none' ? '收货人（演示）' : '食堂收货处（演示）',
    phone: `023-0002${String(unitId).padStart(4, '0')}`,
    region: unit.place === 'wulong' ? '重庆市 武隆区' : `重庆市 ${random.pick(DISTRICTS)}`,
    detail: `演示大道 ${random.int(1, 299)} 号`,
  };
  const { recipient, phone, region, detail } = address;
  rows.add('address', {
    unitId,
    recipient,
    phone,
    region,
    detail,
    isDefault: true,
    createdAt: atMinute(LONG_AGO, 600),
  });
  return { recipient, phone, region, address: detail };
}
