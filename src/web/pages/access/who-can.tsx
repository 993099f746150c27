import { type ReactNode, useEffect, useState } from 'react'
import type { AccessGrant, WhoCanView } from '../../../api/index.ts'
import { subjectText } from '../../../core/rbac/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { go, useSearch, withSearch } from '../../route/location.ts'
import { Answer, Together } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Icon } from '../../ui/icon.tsx'
import { counted } from '../../ui/value.tsx'
import { type BoxQuestion, readBoxQuestion } from './box-question.ts'
import { InGit } from './in-git.tsx'
import { ProposeLink } from './propose-link.tsx'
import { Sight } from './sight.tsx'

const most = 200

/** A box for "can alice delete pods in prod?", with its answer. What stands below comes with that, so that it is not moved. */
export function WhoCanBox({ children }: { readonly children: ReactNode }) {
  const scope = useScope()
  const text = useSearch().get('q') ?? ''
  const names = useAnswer('names', { query: { of: 'environments' } }, { every: 60_000 })
  const environments = names.data?.names ?? []
  const question = text === '' || names.data === undefined ? undefined : readBoxQuestion(text, environments)
  const asked = typeof question === 'object' ? question : undefined
  const view = useAnswer(
    'whoCan',
    {
      query: {
        ...scope,
        ...(asked?.environment === undefined ? {} : { environment: [asked.environment] }),
        verb: asked?.verb ?? '',
        resource: asked?.resource ?? '',
        limit: most,
        ...(asked?.user === undefined ? {} : { user: asked.user }),
        ...(asked?.group === undefined ? {} : { group: [asked.group] }),
        ...(asked?.namespace === undefined ? {} : { namespace: asked.namespace }),
      },
    },
    { when: asked !== undefined },
  )
  const awaited = text === '' ? [] : asked === undefined ? [names] : [names, view]
  return (
    <>
      <section aria-label="Who can">
        <Box key={text} text={text} />
      </section>
      <Together of={awaited} what="who can">
        {typeof question === 'string' ? <p className="trouble">{question}</p> : null}
        {asked === undefined ? null : (
          <Answer of={view} what="who can" stillWorks="The table below works on.">
            {(found) => <Found view={found} asked={asked} />}
          </Answer>
        )}
        {children}
      </Together>
    </>
  )
}

function Box({ text: given }: { readonly text: string }) {
  const [text, setText] = useState(given)
  useEffect(() => setText(given), [given])
  return (
    <form
      role="search"
      aria-label="Access"
      className="row wrap"
      style={{ margin: '12px 0' }}
      onSubmit={(event) => {
        event.preventDefault()
        go(withSearch({ q: text.trim() }))
      }}
    >
      <label className="field" style={{ flex: '0 1 560px', height: 40 }}>
        <Icon name="access" />
        <span className="hidden-text">Question</span>
        <input
          value={text}
          placeholder="can alice delete pods in prod?"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button type="submit" className="button primary">
        Ask
      </button>
      {given === '' ? (
        <span className="sub">
          or <code>who can get secrets in shop</code>, <code>can group:team create pods/exec</code>
        </span>
      ) : (
        <button type="button" className="button" onClick={() => go(withSearch({ q: undefined }))}>
          Clear
        </button>
      )}
    </form>
  )
}

function Found({ view, asked }: { readonly view: WhoCanView; readonly asked: BoxQuestion }) {
  return (
    <div className="found">
      <Verdict view={view} asked={asked} />
      <Sight of={view} />
      {view.items.length === 0 ? (
        view.answered === 0 ? null : (
          <Empty title={`No binding allows it`}>
            By the roles and bindings of {counted(view.answered, 'cluster')}. The group{' '}
            <code>system:masters</code> is allowed everything without a binding.
            {asked.user === undefined || asked.group !== undefined
              ? ''
              : ' Groups of an identity provider are not known here: ask with group:name for each.'}
          </Empty>
        )
      ) : (
        <Grants view={view} />
      )}
    </div>
  )
}

/** The answer in one sentence, and never a "no" from clusters that did not answer. */
function Verdict({ view, asked }: { readonly view: WhoCanView; readonly asked: BoxQuestion }) {
  const who = asked.user ?? (asked.group === undefined ? undefined : `group ${asked.group}`)
  const can = view.environments.reduce((sum, one) => sum + one.can, 0)
  const where = asked.namespace === undefined ? '' : ` in namespace ${asked.namespace}`
  return (
    <p className="sentence">
      <span>
        {who === undefined ? null : (
          <>
            <b dir="auto">{who}</b> {can === 0
              ? view.answered === 0
                ? 'may or may not'
                : 'cannot'
              : 'can'}{' '}
          </>
        )}
        <b>{view.question}</b>
        {where}
        {view.limited && can === 0 && view.answered > 0 ? ', as far as you may look' : ''}
      </span>
      {view.environments.map(({ environment, can: there, answered, asked: all }) => (
        <span key={environment}>
          {environment}:{' '}
          <b>
            {there.toLocaleString('en')} of {answered.toLocaleString('en')}
          </b>
          {all > answered ? (
            <span className="sub"> ({(all - answered).toLocaleString('en')} unknown)</span>
          ) : null}
        </span>
      ))}
    </p>
  )
}

function Grants({ view }: { readonly view: WhoCanView }) {
  return (
    <div className="table-box">
      <table className="table compact">
        <thead>
          <tr>
            <th>Subject</th>
            <th>Via binding</th>
            <th>Role</th>
            <th>Where</th>
            <th className="right">Clusters</th>
            <th>In Git</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {view.items.map((grant) => (
            <Grant key={keyOfGrant(grant)} grant={grant} />
          ))}
        </tbody>
      </table>
      {view.total > view.items.length ? (
        <p className="sub">
          the first {view.items.length} of {view.total.toLocaleString('en')}; name a user or narrow the scope
        </p>
      ) : null}
    </div>
  )
}

function Grant({ grant }: { readonly grant: AccessGrant }) {
  const { subject, binding, role, clusters, names, environments } = grant
  const [first] = names
  const bundle = grant.declared.find((one) => one.bundle !== undefined)?.bundle
  return (
    <tr>
      <td>
        <span className="sub">{subject.kind}</span>{' '}
        <b dir="auto">{subject.namespace === '' ? subject.name : `${subject.namespace}/${subject.name}`}</b>
      </td>
      <td>
        <span className="sub">{binding.kind}</span>{' '}
        {first === undefined ? (
          binding.name
        ) : (
          <Link to={address.recorded(first, binding)}>{binding.name}</Link>
        )}
      </td>
      <td>
        <span className="sub">{role.kind}</span> {role.name}
      </td>
      <td>{binding.namespace === '' ? 'everywhere' : binding.namespace}</td>
      <td className="right">
        <b title={names.join(', ')}>{clusters.toLocaleString('en')}</b>
        <div className="below nowrap">
          {environments.map((one) => `${one.environment} ${one.clusters.toLocaleString('en')}`).join(' · ')}
        </div>
      </td>
      <td>
        {grant.declared.map((one) => (
          <div key={one.bundle ?? ''}>
            <InGit bundle={one.bundle} drifted={false} />
            <span className="sub">{declaredText(one, grant.declared.length)}</span>
          </div>
        ))}
      </td>
      <td className="right">
        {bundle === undefined ? null : (
          <ProposeLink
            small
            change={{
              change: 'take',
              bundle,
              subject: subjectText(subject),
              namespace: binding.namespace,
              name: binding.name,
            }}
          >
            Take…
          </ProposeLink>
        )}
      </td>
    </tr>
  )
}

/** On how many clusters, where not on all of them, and on how many of those it differs. */
function declaredText({ clusters, drifted }: AccessGrant['declared'][number], kinds: number): string {
  const on = clusters.toLocaleString('en')
  if (drifted > 0) return ` differs on ${drifted.toLocaleString('en')} of ${on}`
  return kinds === 1 ? '' : ` on ${on}`
}

function keyOfGrant({ subject, binding, role }: AccessGrant): string {
  return [subject.kind, subject.namespace, subject.name, binding.namespace, binding.name, role.name].join(' ')
}
