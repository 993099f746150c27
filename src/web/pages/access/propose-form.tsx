import { useId, useState } from 'react'
import { go } from '../../route/location.ts'
import { address, type Proposed } from '../../route/address.ts'
import { Choose } from '../../ui/choose.tsx'

const changes = {
  give: 'give a role',
  take: 'take out of a binding',
  bound: 'bound a quota otherwise',
} as const

type Change = keyof typeof changes

const example = {
  subject: 'Group team',
  role: 'ClusterRole view',
  namespace: 'everywhere',
  binding: 'name of the binding',
  quota: 'name of the quota',
  bounds: 'pods=400, requests.cpu=50',
} as const

/** What is to be changed. It stands in the address, so that a proposal can be passed on. */
export function ProposeForm({
  given,
  bundles,
}: {
  readonly given: Proposed
  readonly bundles: readonly string[]
}) {
  const [draft, setDraft] = useState(given)
  const { change } = draft
  const set = (field: keyof Proposed) => (text: string) => setDraft({ ...draft, [field]: text })
  const known = bundles.includes(draft.bundle) ? bundles : [draft.bundle, ...bundles]
  const all = known.map((name): [string, string] => [name, name === '' ? 'which?' : name])
  return (
    <form
      className="propose-form"
      aria-label="Proposal"
      onSubmit={(event) => {
        event.preventDefault()
        go(address.propose(draft))
      }}
    >
      <Choose
        what="Change"
        value={change}
        choices={Object.entries(changes) as [Change, string][]}
        onChoose={(one) => setDraft({ ...draft, change: one })}
      />
      <Choose what="Bundle" value={draft.bundle} choices={all} onChoose={set('bundle')} />
      {change === 'bound' ? null : (
        <Asked what="Whom" like={example.subject} value={draft.subject} onText={set('subject')} />
      )}
      {change === 'give' ? (
        <Asked what="Role" like={example.role} value={draft.role} onText={set('role')} />
      ) : null}
      <Asked
        what="Namespace"
        like={change === 'bound' ? 'of the quota' : example.namespace}
        value={draft.namespace}
        onText={set('namespace')}
      />
      {change === 'give' ? null : (
        <Asked
          what={change === 'take' ? 'Binding' : 'Quota'}
          like={change === 'take' ? example.binding : example.quota}
          value={draft.name}
          onText={set('name')}
        />
      )}
      {change === 'bound' ? (
        <Asked what="Bounds" like={example.bounds} value={draft.bounds} onText={set('bounds')} />
      ) : null}
      <button type="submit" className="button primary" disabled={!isComplete(draft)}>
        Show the change
      </button>
    </form>
  )
}

function Asked(props: {
  readonly what: string
  readonly like: string
  readonly value: string
  readonly onText: (text: string) => void
}) {
  const id = useId()
  return (
    <label className="field" htmlFor={id}>
      <span className="what">{props.what}</span>
      <input
        id={id}
        value={props.value}
        placeholder={props.like}
        maxLength={600}
        spellCheck={false}
        onChange={(event) => props.onText(event.target.value)}
      />
    </label>
  )
}

/** True when a proposal says everything that its change needs. */
export function isComplete({ change, bundle, subject, role, namespace, name, bounds }: Proposed): boolean {
  if (bundle === '') return false
  switch (change) {
    case 'give':
      return subject !== '' && role !== ''
    case 'take':
      return subject !== '' && name !== ''
    case 'bound':
      return namespace !== '' && name !== '' && bounds !== ''
  }
}
