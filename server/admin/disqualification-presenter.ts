import type { Request } from 'express';
import { pathTo } from '../paths.ts';
import type { DisqualificationEffect } from '../quotas/moves/disqualified-purchases.ts';
import type { CertificationFile } from '../suppliers/certification-history.ts';
import { mayHappenToCertification } from '../suppliers/certification-states.ts';
import type { ShownDisqualification } from '../suppliers/disqualification-queries.ts';
import type { FormView } from '../web/form-view.ts';

const TONES = { proposed: 'wait', refused: 'off', reversing: 'active', done: 'bad' } as const;

interface Fraud {
  disqualifications: readonly ShownDisqualification[];
  /** what the open proposal would reverse */
  effect: DisqualificationEffect | undefined;
  mayDecide: boolean;
  isProposer: boolean;
}

/** The part of `views/admin/certification.hbs` about disqualification: what was proposed, what it reverses, who decides (rule 1). */
export function presentFraud(
  { t }: Pick<Request, 't'>,
  { file, mayAct, form }: { file: CertificationFile; mayAct: boolean; form: FormView },
  { disqualifications, effect, mayDecide, isProposer }: Fraud,
) {
  const mayPropose = mayAct && !effect && mayHappenToCertification(file.state, 'disqualify');
  const decides = mayDecide && !isProposer;
  return {
    disqualifications: disqualifications.map((one) => ({
      ...one,
      stateTone: TONES[one.state],
      stateLabel: t(`fraud:state.${one.state}`),
      proposedAt: one.proposedAt.toISOString(),
      decidedAt: one.decidedAt?.toISOString(),
      effect: one.state === 'proposed' ? effect : undefined,
    })),
    fraud: {
      proposeHref: mayPropose ? pathTo('certificationDisqualification', { id: file.id }) : undefined,
      approveHref: decides ? pathTo('disqualificationApproval', { id: file.id }) : undefined,
      refuseHref: decides ? pathTo('disqualificationRefusal', { id: file.id }) : undefined,
      isOwn: mayDecide && isProposer,
      isProposing: form.errors?.disqualifySince !== undefined || form.errors?.disqualifyReason !== undefined,
      isRefusing: form.errors?.refusalReason !== undefined,
    },
  };
}
