import express from 'express';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { BadInput, type Refusal } from '../../server/shared/errors.ts';
import { cellName, readSheet } from '../../server/web/read-sheet.ts';
import { checkedUpload, MOST_FILE_BYTES, MOST_READ_BYTES, takeUploads, uploadsIn } from '../../server/web/uploads.ts';

function appFor(userId: number | undefined) {
  const app = express();
  app.use((req, _res, next) => {
    Object.assign(req, { session: { userId } });
    next();
  });
  app.use(takeUploads(async () => false));
  app.post('/', (req, res) => void res.json({ body: req.body, files: uploadsIn(req, 'file').map(({ name }) => name) }));
  app.use((error: Refusal, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res
      .status(error.status)
      .json({ code: error.code, ...(error.faults.length > 0 ? { paths: error.faults.map(({ path }) => path) } : {}) });
  });
  return supertest(app);
}

describe('forms with files', () => {
  it('give fields and files, Chinese names whole', async () => {
    const answer = await appFor(1).post('/').field('note', '随货单').attach('file', Buffer.from('x'), '任务数.xlsx');
    expect(answer.body).toEqual({ body: { note: '随货单' }, files: ['任务数.xlsx'] });
  });

  it('leave out the empty file that a browser sends where none was chosen', async () => {
    const answer = await appFor(1).post('/').field('note', '').attach('file', Buffer.alloc(0), 'none');
    expect(answer.body.files).toEqual([]);
  });

  it('are read for nobody who is not signed in, and not above the limit', async () => {
    const whole = Buffer.alloc(MOST_READ_BYTES + 1);
    const large = Buffer.alloc(MOST_FILE_BYTES + 1);
    expect((await appFor(undefined).post('/').attach('file', Buffer.from('x'), 'a')).status).toBe(401);
    expect((await appFor(1).post('/').attach('file', whole, 'a')).body).toEqual({ code: 'fileTooLarge' });
    expect((await appFor(1).post('/').attach('file', large, 'a')).body).toEqual({ code: 'badInput', paths: ['file'] });
  });
});

describe('an upload', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  it('is what its bytes say, whatever its name', async () => {
    expect((await checkedUpload({ name: 'photo.pdf', bytes: png }, 'evidence', 'file')).mime).toBe('image/png');
    const script = checkedUpload({ name: 'photo.png', bytes: Buffer.from('<script>') }, 'evidence', 'file');
    await expect(script).rejects.toBeInstanceOf(BadInput);
  });

  it('of a sheet keeps numbers as they are written and days as days', async () => {
    const day = { value: new Date('2026-03-01'), type: Date, format: 'yyyy-mm-dd' } as const;
    const rows = [
      ['代码', '金额'],
      ['a', { value: 0.1 + 0.2, type: Number }],
      [null, { value: 12_345_678_901, type: Number }],
      ['b', day],
    ];
    const bytes = await writeExcelFile(rows).toBuffer();
    expect(await readSheet({ name: 'a.xlsx', bytes }, 'file')).toEqual([
      ['代码', '金额'],
      ['a', '0.3'],
      ['', '12345678901'],
      ['b', '2026-03-01'],
    ]);
    await expect(readSheet({ name: 'a.xlsx', bytes: png }, 'file')).rejects.toMatchObject({
      faults: [{ path: 'file', code: 'wrongFileKindSheet' }],
    });
    expect([cellName(0, 2), cellName(3, 27)]).toEqual(['C1', 'AB4']);
  });
});
