import type { StatusView } from '../../../api/index.ts'
import type { StateWord } from '../../../core/state/index.ts'
import { Age } from '../../ui/age.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { counted } from '../../ui/value.tsx'

interface FleetSentenceProps {
  readonly status: StatusView
  readonly chosen: StateWord | undefined
  readonly onChoose: (state: StateWord | undefined) => void
}

const abnormal = ['drifted', 'failed', 'in-progress', 'leased', 'unreachable'] as const
const words = {
  drifted: 'drifted',
  failed: 'failed',
  'in-progress': 'in progress',
  leased: 'leased',
  unreachable: 'unreachable',
} as const

/** The fleet in one sentence that adds up; each number filters. What is pending counts among those in sync. */
export function FleetSentence({ status, chosen, onChoose }: FleetSentenceProps) {
  const { states, clusters, causes, moreCauses } = status
  const pending = states.pending
  const toggle = (state: StateWord) => (): void => onChoose(chosen === state ? undefined : state)
  const allCauses = causes.length + moreCauses.causes
  return (
    <p className="sentence">
      <span>
        <button type="button" aria-pressed={chosen === undefined} onClick={() => onChoose(undefined)}>
          <b>{clusters.toLocaleString('en')}</b> {clusters === 1 ? 'cluster' : 'clusters'}
        </button>
      </span>
      <span>
        <Glyph state="in-sync" />
        <button type="button" aria-pressed={chosen === 'in-sync'} onClick={toggle('in-sync')}>
          <b>{(states['in-sync'] + pending).toLocaleString('en')}</b> in sync
        </button>
        {pending === 0 ? null : (
          <span className="sub">
            {' '}
            (<Glyph state="pending" />
            <button type="button" aria-pressed={chosen === 'pending'} onClick={toggle('pending')}>
              {pending.toLocaleString('en')} of them pending
            </button>
            )
          </span>
        )}
      </span>
      {abnormal.map((state) =>
        states[state] === 0 ? null : (
          <span key={state}>
            <Glyph state={state} />
            <button type="button" aria-pressed={chosen === state} onClick={toggle(state)}>
              <b>{states[state].toLocaleString('en')}</b> {words[state]}
            </button>
            {state === 'drifted' && allCauses > 0 ? ` (${counted(allCauses, 'cause')})` : ''}
          </span>
        ),
      )}
      <span className="as-of">
        · as of <Age at={status.asOf} unknown="never: no cluster answers" />
        {status.asOf === undefined ? '' : ' ago'}
      </span>
    </p>
  )
}
