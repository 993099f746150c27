/** Where a drift record stands (model, "Drift record"). */
export type DriftState =
  | 'open'
  | 'healing'
  | 'healed'
  | 'leased'
  | 'retrofitting'
  | 'resolved'
  | 'accepted'
  | 'handed-over'
  | 'gone'

/** What may happen to a drift record. */
export type DriftEvent =
  | 'heal-started'
  /** The forced apply was answered and live is desired again. */
  | 'heal-succeeded'
  /** The heal was refused or did not come through: the difference is still there. */
  | 'heal-failed'
  | 'lease-opened'
  | 'lease-ended'
  | 'retrofit-opened'
  /** Git now says what live says. */
  | 'retrofit-merged'
  | 'retrofit-closed'
  | 'accepted'
  | 'handed-over'
  /** Live became desired by itself. */
  | 'agreed'

const TRANSITIONS: { readonly [State in DriftState]: { readonly [Event in DriftEvent]?: DriftState } } = {
  open: {
    'heal-started': 'healing',
    'lease-opened': 'leased',
    'retrofit-opened': 'retrofitting',
    accepted: 'accepted',
    'handed-over': 'handed-over',
    agreed: 'gone',
  },
  healing: { 'heal-succeeded': 'healed', 'heal-failed': 'open', agreed: 'gone' },
  leased: { 'lease-ended': 'open', 'retrofit-opened': 'retrofitting', agreed: 'gone' },
  retrofitting: { 'retrofit-merged': 'resolved', 'retrofit-closed': 'open', agreed: 'gone' },
  accepted: { agreed: 'gone' },
  'handed-over': { agreed: 'gone' },
  // Over for good: the same difference coming back is a new record.
  healed: {},
  resolved: {},
  gone: {},
}

/** The state after `event`, or undefined where the event cannot happen in `state`. */
export function nextDriftState(state: DriftState, event: DriftEvent): DriftState | undefined {
  return TRANSITIONS[state][event]
}
