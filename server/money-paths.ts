/** Transfers, and refunds that came back: part of `patterns` in paths.ts. */
export const moneyPatterns = {
  transfers: '/transfers',
  transferImport: '/transfers/import',
  transferMatching: '/transfers/:id/matching',
  transferReturn: '/transfers/:id/return',
  transferReturnDecision: '/transfers/returns/:id/decision',
  failedRefunds: '/failed-refunds',
  refundResend: '/failed-refunds/:id/resending',
  refundPayout: '/failed-refunds/:id/payout',
  payoutDecision: '/failed-refunds/payouts/:id/decision',
} as const;
