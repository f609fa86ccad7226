import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

export interface TakenMail {
  to: string;
  /** headers and body as they came, decoded where it was base64 or quoted-printable */
  text: string;
}

/** A mail server on loopback that speaks as much SMTP as a client needs and keeps what it takes; it knows no `nobody@…`. */
export async function startMailServer(): Promise<{ url: string; mails: TakenMail[]; stop: () => Promise<void> }> {
  const mails: TakenMail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, mails);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function converse(socket: Socket, mails: TakenMail[]): void {
  let waiting = '';
  let to = '';
  let message: string[] | null = null;
  const say = (line: string) => socket.write(`${line}\r\n`);
  say('220 test ESMTP');
  socket.on('data', (chunk) => {
    waiting += chunk.toString('latin1');
    const lines = waiting.split('\r\n');
    waiting = lines.pop() ?? '';
    for (const line of lines) {
      if (message) {
        if (line === '.') {
          mails.push({ to, text: decoded(message) });
          message = null;
          say('250 taken');
        } else message.push(line);
      } else if (/^DATA/i.test(line)) {
        message = [];
        say('354 go on');
      } else if (/^RCPT TO:<(.*)>/i.test(line)) {
        to = /<(.*)>/.exec(line)?.[1] ?? '';
        say(to.startsWith('nobody@') ? '550 no such address' : '250 ok');
      } else if (/^QUIT/i.test(line)) {
        say('221 bye');
        socket.end();
      } else say('250 ok');
    }
  });
}

function decoded(lines: readonly string[]): string {
  const split = lines.indexOf('');
  const headers = lines.slice(0, split).join('\n').replace(/\n\s+/g, ' ');
  const body = lines.slice(split + 1).join('\n');
  const encoding = /Content-Transfer-Encoding: (\S+)/i.exec(headers)?.[1]?.toLowerCase();
  const text =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? fromQuotedPrintable(body)
        : body;
  const words = headers.replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=\s*/gi, (_, kind: string, word: string) =>
    kind.toUpperCase() === 'B'
      ? Buffer.from(word, 'base64').toString('utf8')
      : fromQuotedPrintable(word.replaceAll('_', ' ')),
  );
  return `${words}\n\n${text}`;
}

function fromQuotedPrintable(text: string): string {
  const plain = text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1').toString('utf8');
}
