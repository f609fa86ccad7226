/** The URLs of people: a unit's invitations, who may do what. Part of `patterns`. */
export const accountPatterns = {
  invitations: '/invitations',
  invitationRevocation: '/invitations/:id/revocation',
  employeeLeaving: '/invitations/leaving',
  rights: '/rights',
  personRights: '/rights/people/:id',
  right: '/rights/:id',
} as const;
