import nodemailer from 'nodemailer';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Hands one mail to the server. Throws what the server says when it takes none. */
  send: (mail: Mail) => Promise<void>;
}

/** A mail server by its URL (smtp://user:password@host:587, smtps://…); null where none is set: messages then stay in the inbox. */
export function createMailer(settings: { url: string; from: string } | null): Mailer | null {
  if (!settings) return null;
  const transport = nodemailer.createTransport(settings.url);
  return {
    send: async ({ to, subject, text }) => {
      await transport.sendMail({ from: settings.from, to, subject, text });
    },
  };
}

/** Whether the server refuses this mail for good, so that trying again is in vain: it knows no such address. */
export function isUndeliverable(error: unknown): boolean {
  const { responseCode } = error as { responseCode?: number };
  return responseCode !== undefined && responseCode >= 550 && responseCode < 560;
}
