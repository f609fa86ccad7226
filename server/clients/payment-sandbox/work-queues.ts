import { confirmDueRefund } from './confirm-refund.ts';
import type { Sandbox } from './context.ts';
import { expireDueSession } from './expire-session.ts';
import type { Queue } from './store.ts';

/** Works off what is due, one thing after another, whoever queued it: events to send again, refunds to confirm, sessions to expire. */
export function startQueues(sandbox: Sandbox, send: (id: string) => Promise<void>, pollMs: number) {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();

  async function workOff(queue: Queue, untilMs: number, handle: (id: string) => Promise<void>): Promise<void> {
    for (const id of await sandbox.store.due(queue, untilMs)) {
      if (stopped) return;
      await handle(id).catch((error: unknown) => {
        sandbox.log.warn({ err: error, entry: id }, 'payment sandbox: queue entry failed, stays due');
      });
    }
  }

  async function runRound(): Promise<void> {
    try {
      await workOff('send', Date.now(), send);
      await workOff('refund', Date.now(), (id) => confirmDueRefund(sandbox, id));
      await workOff('expire', sandbox.now().getTime(), (id) => expireDueSession(sandbox, id));
    } catch (error) {
      sandbox.log.warn({ err: error }, 'payment sandbox: queues unreadable');
    }
    if (!stopped) schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => {
      round = runRound();
    }, pollMs).unref();
  }

  schedule();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
