import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { languageForm } from '../../server/accounts/account-schemas.ts';
import { localReturnTo, returnAfterSignIn } from '../../server/accounts/return-to.ts';
import { BadInput, NotAllowed, NotFound, Refusal, RuleRefusal, SignInNeeded } from '../../server/shared/errors.ts';
import { formView, refusedForm } from '../../server/web/form-view.ts';
import { read } from '../../server/web/forms.ts';
import { createMessages, translator } from '../../server/web/i18n.ts';

const t = translator(createMessages('views'), 'en');

describe('reading input', () => {
  const schema = z.strictObject({
    name: z.string().min(1, 'required').max(5),
    lines: z.array(z.strictObject({ quantity: z.int().min(1).max(9) })).min(1),
    kind: z.enum(['a', 'b']),
  });

  it('names every fault by its field, with the values that its sentence needs', () => {
    const input = { name: '123456', lines: [{ quantity: 0 }, { quantity: 10, extra: 1 }, {}], kind: 'c', more: 1 };
    expect(faultsOf(() => read(schema, input))).toEqual([
      { path: 'name', code: 'tooLong', values: { maximum: 5 } },
      { path: 'lines.0.quantity', code: 'tooSmall', values: { minimum: 1 } },
      { path: 'lines.1.quantity', code: 'tooBig', values: { maximum: 9 } },
      { path: 'lines.1.extra', code: 'unknownField' },
      { path: 'lines.2.quantity', code: 'required' },
      { path: 'kind', code: 'notAChoice' },
      { path: 'more', code: 'unknownField' },
    ]);
  });

  it('takes no body for an empty one', () => {
    expect(faultsOf(() => read(languageForm, undefined))).toEqual([expect.objectContaining({ path: 'locale' })]);
  });

  function faultsOf(work: () => unknown) {
    try {
      work();
    } catch (error) {
      if (error instanceof BadInput) return error.faults;
      throw error;
    }
    throw new Error('nothing was refused');
  }
});

describe('a refused form', () => {
  it('shows the first fault of each field beside it, and all others in its summary', () => {
    const faults = [
      { path: 'phone', code: 'required' },
      { path: 'phone', code: 'malformed' },
      { path: 'hidden', code: 'notAChoice' },
      { path: '', code: 'tooManyAddresses', values: { maximum: 50 } },
    ];
    expect(formView(t, ['phone', 'name'], { phone: '' }, faults)).toEqual({
      values: { phone: '' },
      errors: { phone: 'Please fill this in' },
      messages: ['Please choose one of the options', 'At most 50 addresses can be kept; please remove one first'],
    });
    expect(formView(t, ['phone'], { phone: '1' })).toEqual({ values: { phone: '1' } });
  });

  it('is 422 unless it was a conflict or too often, and says something even without a fault of a field', () => {
    expect(refusedForm(new BadInput([{ path: 'a', code: 'required' }]))).toMatchObject({ status: 422 });
    expect(refusedForm(new RuleRefusal('tooManyAddresses', [], { maximum: 50 }))).toEqual({
      status: 422,
      faults: [{ path: '', code: 'tooManyAddresses', values: { maximum: 50 } }],
    });
    expect(refusedForm(new Refusal(409, 'keyInUse')).status).toBe(409);
    expect(refusedForm(new Refusal(429, 'tooMany')).status).toBe(429);
  });

  it.each([
    ['nobody signed in', new SignInNeeded()],
    ['not allowed', new NotAllowed()],
    ['not found', new NotFound()],
    ['a bug', new TypeError('x')],
  ])('does not hide %s', (_case, error) => {
    expect(() => refusedForm(error)).toThrow(error);
  });
});

describe('where a form leads', () => {
  it.each(['/', '/cart?unit=3', '/orders/7#lines', '/products?q=%2F%2Fx'])('may be %s', (path) => {
    expect(localReturnTo(path)).toBe(path);
  });

  it.each([
    undefined,
    ['/cart'],
    '',
    'cart',
    'http://elsewhere.example',
    '//elsewhere.example',
    '/\\elsewhere.example',
    '\\\\elsewhere.example',
    '/\t/elsewhere.example',
    '/\n/elsewhere.example',
    '/.//elsewhere.example',
    '/%2e//elsewhere.example',
    '/x/..//elsewhere.example',
    `/${'x'.repeat(3000)}`,
  ])('is never %j', (path) => {
    expect(localReturnTo(path, '/account')).toBe('/account');
  });

  it('is not the sign-in form again after signing in', () => {
    expect(returnAfterSignIn('/sign-in?returnTo=%2Fcart')).toBe('/');
    expect(returnAfterSignIn('/x/../sign-out')).toBe('/');
    expect(returnAfterSignIn('/sign-ins')).toBe('/sign-ins');
  });
});
