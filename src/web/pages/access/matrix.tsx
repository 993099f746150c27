import { useState } from 'react'
import type { AccessMatrixView } from '../../../api/index.ts'
import { subjectText } from '../../../core/rbac/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { go, useSearch, withSearch } from '../../route/location.ts'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Icon } from '../../ui/icon.tsx'
import { counted } from '../../ui/value.tsx'
import { Sight } from './sight.tsx'

const most = 100

type Item = AccessMatrixView['items'][number]
type Cell = Item['cells'][number]

/** Who × verb·resource × environment; a cell says by which binding. */
export function Matrix() {
  const scope = useScope()
  const search = useSearch()
  const subject = search.get('subject') ?? ''
  const system = search.get('system') === 'true'
  const can = search
    .getAll('can')
    .flatMap((text) => text.split(','))
    .filter((one) => one !== '')
  const question = {
    query: {
      ...scope,
      limit: most,
      ...(subject === '' ? {} : { subject }),
      ...(system ? { system: 'true' as const } : {}),
      ...(can.length === 0 ? {} : { permission: can }),
    },
  }
  // It is about everybody on all clusters, and changes seldom.
  const view = useAnswer('accessMatrix', question, { every: 60_000 })
  return (
    <section aria-label="Matrix">
      <div className="section-head">
        <h2>Who can what, by environment</h2>
        <span className="sub">the number of clusters, and the binding that most of them have it by</span>
      </div>
      <Controls subject={subject} system={system} can={can} shown={view.data?.permissions ?? []} />
      <Answer of={view} what="who can what" stillWorks="The box above works on.">
        {(found) =>
          found.items.length === 0 ? (
            <NoRows view={found} filtered={subject !== ''} />
          ) : (
            <>
              <Sight of={found} />
              <Table view={found} />
            </>
          )
        }
      </Answer>
    </section>
  )
}

interface ControlsProps {
  readonly subject: string
  readonly system: boolean
  readonly can: readonly string[]
  readonly shown: readonly string[]
}

function Controls({ subject, system, can, shown }: ControlsProps) {
  const [permission, setPermission] = useState('')
  const set = (next: readonly string[]): void => go(withSearch({ can: next.join(',') }), { replace: true })
  return (
    <div className="row wrap" style={{ margin: '8px 0' }}>
      <label className="field">
        <Icon name="filter" />
        <span className="hidden-text">Subjects whose name holds</span>
        <input
          value={subject}
          placeholder="name of a subject"
          onChange={(event) => go(withSearch({ subject: event.target.value }), { replace: true })}
        />
      </label>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          if (permission.trim() === '') return
          set([...(can.length === 0 ? shown : can), permission.trim().replaceAll(',', ' ')])
          setPermission('')
        }}
      >
        <label className="field">
          <span className="hidden-text">Another column: a verb and a resource</span>
          <input
            value={permission}
            size={26}
            placeholder="add a column: get configmaps"
            onChange={(event) => setPermission(event.target.value)}
          />
        </label>
      </form>
      {can.length === 0 ? null : (
        <button type="button" className="button small-button" onClick={() => set([])}>
          The usual columns
        </button>
      )}
      <label className="row">
        <input
          type="checkbox"
          checked={system}
          onChange={(event) =>
            go(withSearch({ system: event.target.checked ? 'true' : '' }), { replace: true })
          }
        />
        with the clusters' own subjects
      </label>
    </div>
  )
}

function NoRows({ view, filtered }: { readonly view: AccessMatrixView; readonly filtered: boolean }) {
  return (
    <>
      <Sight of={view} />
      {view.asked === 0 ? (
        <Empty title="No cluster is in scope">The scope above leaves none, or you may look at none.</Empty>
      ) : view.answered === 0 ? (
        <Empty title="Nothing is known yet">
          Roles and bindings are recorded as soon as a cluster is reached with a credential that may list
          them.
        </Empty>
      ) : (
        <Empty title={filtered ? 'No subject of that name can any of it' : 'Nobody can any of it'}>
          {view.hidden === 0
            ? 'By the roles and bindings of the clusters that answered.'
            : `${counted(view.hidden, 'subject')} of the clusters themselves are left out.`}
        </Empty>
      )}
    </>
  )
}

function Table({ view }: { readonly view: AccessMatrixView }) {
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label="Subjects by permission">
      <table className="table compact access-matrix">
        <thead>
          <tr>
            <th>Subject</th>
            {view.permissions.map((one) => (
              <th key={one}>
                <Link to={`${address.access()}?q=${encodeURIComponent(`who can ${one}`)}`}>{one}</Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.items.map((item) => (
            <tr key={subjectText(item.subject)}>
              <th scope="row">
                <span className="sub">{item.subject.kind}</span>{' '}
                <span dir="auto">
                  {item.subject.namespace === '' ? '' : `${item.subject.namespace}/`}
                  {item.subject.name}
                </span>
              </th>
              {view.permissions.map((permission, at) => (
                <td key={permission}>
                  <Cells view={view} cells={item.cells.filter((one) => one.permission === at)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="sub">
        {view.total > view.items.length
          ? `the first ${view.items.length} of ${view.total.toLocaleString('en')} subjects; `
          : ''}
        {view.hidden === 0 ? '' : `${counted(view.hidden, 'subject')} of the clusters themselves left out`}
      </p>
    </div>
  )
}

function Cells({ view, cells }: { readonly view: AccessMatrixView; readonly cells: readonly Cell[] }) {
  if (cells.length === 0) return <span className="sub">–</span>
  return (
    <>
      {view.environments.map(({ environment, asked }) => {
        const cell = cells.find((one) => one.environment === environment)
        return cell === undefined ? null : (
          <div key={environment} className="access-cell" title={viaTitle(cell)}>
            <span className="nowrap">
              {environment} <b>{cell.clusters.toLocaleString('en')}</b>
              <span className="sub">/{asked.toLocaleString('en')}</span>
            </span>
            <span className="below via">
              {cell.via[0]?.binding.name}
              {cell.bindings > 1 ? ` +${cell.bindings - 1}` : ''}
            </span>
            {cell.via.some(({ undeclared }) => undeclared > 0) ? (
              <span className="label-box">not in Git</span>
            ) : null}
          </div>
        )
      })}
    </>
  )
}

function viaTitle({ via, bindings }: Cell): string {
  const lines = via.map(({ binding, role, clusters, undeclared }) => {
    const where = binding.namespace === '' ? 'everywhere' : `in ${binding.namespace}`
    const git = undeclared === 0 ? '' : `, not in Git on ${undeclared}`
    return `${binding.kind} ${binding.name} → ${role.kind} ${role.name}, ${where}, on ${clusters}${git}`
  })
  return [...lines, ...(bindings > via.length ? [`+${bindings - via.length} more`] : [])].join('\n')
}
