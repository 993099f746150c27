/** read: look; operate: heal, reconcile, steer runs; approve: decide plans and stages; admin: people and audit records. */
export const privileges = ['read', 'operate', 'approve', 'admin'] as const

export type Privilege = (typeof privileges)[number]

/** The roles that people are given, the least first. */
export const roles = ['viewer', 'operator', 'approver', 'admin'] as const

export type Role = (typeof roles)[number]

/** What each role holds; who may do anything may look at it. */
export const privilegesOf: Readonly<Record<Role, readonly Privilege[]>> = {
  viewer: ['read'],
  operator: ['read', 'operate'],
  approver: ['read', 'approve'],
  admin: privileges,
}
