import type { i18n } from 'i18next';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { translator } from '../../web/i18n.ts';
import type { Reader } from '../board/board-presenter.ts';

export interface BulletinParts {
  db: PrismaClient;
  clock: Clock;
  messages: i18n;
}

/** Bulletins are written in Chinese whoever drafts them: the file that offices circulate is a Chinese one. */
export function documentReader(messages: i18n): Reader {
  return { t: translator(messages, 'zh'), locale: 'zh' };
}

export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
