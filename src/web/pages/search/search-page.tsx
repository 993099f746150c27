import { useEffect, useState } from 'react'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { go, useSearch, withSearch } from '../../route/location.ts'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { StateText } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted } from '../../ui/value.tsx'

const page = 100

/** Where is X? Objects of all clusters, by the words of their names and by field. */
export default function SearchPage() {
  usePageTitle('Search')
  const scope = useScope()
  const q = useSearch().get('q') ?? ''
  const found = useAnswer('search', { query: { ...scope, q, limit: page } }, { when: q !== '' })
  return (
    <div className="page">
      <h1>Search</h1>
      <Question key={q} q={q} />
      {q === '' ? (
        <Empty title="What are you looking for?">
          Words of a name, label, image or owner, or fields: <code>kind:Deployment</code> <code>ns:shop</code>{' '}
          <code>image~log4j</code> <code>label:team=checkout</code> <code>replicas&gt;5</code>{' '}
          <code>cluster:prod-eu-1</code> <code>env:prod</code>. Every word narrows.
        </Empty>
      ) : (
        <Answer of={found} what="what was searched for">
          {(view) => (
            <>
              <p className="sentence">
                <span>
                  <b>{view.total.toLocaleString('en')}</b> {view.total === 1 ? 'object' : 'objects'}
                </span>
                {view.groups.map((group) => (
                  <span key={group.environment}>
                    <Link
                      to={`/search?q=${encodeURIComponent(q)}&env=${encodeURIComponent(group.environment)}`}
                    >
                      <b>{group.objects.toLocaleString('en')}</b> in {group.environment}
                    </Link>{' '}
                    <span className="sub">on {counted(group.clusters, 'cluster')}</span>
                  </span>
                ))}
              </p>
              {view.problem === undefined ? null : <p className="trouble">{view.problem}</p>}
              {view.stale.length === 0 ? null : (
                <p className="sub">
                  {counted(view.stale.length, 'cluster')} cannot be reached; what is listed of them is from
                  before: {view.stale.slice(0, 5).join(', ')}
                  {view.stale.length > 5 ? ' …' : ''}
                </p>
              )}
              {view.items.length === 0 ? (
                <Empty title="Nothing was found">
                  Indexed are the objects that bundles hold, by kind, namespace and name. The scope above
                  narrows, too.
                </Empty>
              ) : (
                <div className="table-box">
                  <table className="table compact">
                    <thead>
                      <tr>
                        <th>Object</th>
                        <th>Namespace</th>
                        <th>Cluster</th>
                        <th>Bundle</th>
                        <th>Bundle is</th>
                        <th>Images</th>
                        <th className="right">Ready</th>
                      </tr>
                    </thead>
                    <tbody>
                      {view.items.map((item) => (
                        <tr
                          key={`${item.cluster} ${item.object.group} ${item.object.kind} ${item.object.namespace} ${item.object.name}`}
                        >
                          <td>
                            <span className="sub">{item.object.kind}</span>{' '}
                            <Link to={address.object(item.cluster, item.object)}>{item.object.name}</Link>
                          </td>
                          <td>
                            {item.object.namespace === '' ? (
                              '—'
                            ) : (
                              <Link to={address.namespace(item.object.namespace)}>
                                {item.object.namespace}
                              </Link>
                            )}
                          </td>
                          <td>
                            <Link to={address.cluster(item.cluster)}>{item.cluster}</Link>{' '}
                            <span className="sub">{item.environment}</span>
                          </td>
                          <td>
                            <Link to={address.bundle(item.bundle)}>{item.bundle}</Link>
                          </td>
                          <td>
                            <StateText state={item.state} />
                          </td>
                          <td>
                            {item.images.slice(0, 2).map((image) => (
                              <div key={image}>
                                <code>{image}</code>
                              </div>
                            ))}
                            {item.images.length > 2 ? (
                              <div className="below">+{item.images.length - 2}</div>
                            ) : null}
                          </td>
                          <td className="right">
                            {item.replicas === undefined ? '' : `${item.ready ?? '?'}/${item.replicas}`}
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                  {view.total > view.items.length ? (
                    <p className="sub">the first {view.items.length}; add words to narrow</p>
                  ) : null}
                </div>
              )}
            </>
          )}
        </Answer>
      )}
    </div>
  )
}

function Question({ q }: { readonly q: string }) {
  const [text, setText] = useState(q)
  const scope = useScope()
  const completed = useAnswer(
    'searchWords',
    { query: { ...scope, q: text } },
    { when: text !== '', every: false },
  )
  useEffect(() => setText(q), [q])
  return (
    <form
      role="search"
      aria-label="Objects"
      className="row"
      style={{ margin: '12px 0' }}
      onSubmit={(event) => {
        event.preventDefault()
        go(withSearch({ q: text.trim() }))
      }}
    >
      <label className="field" style={{ flex: '0 1 560px', height: 40 }}>
        <Icon name="search" />
        <span className="hidden-text">Question</span>
        <input
          list="completions"
          value={text}
          placeholder="kind:Deployment ns:shop api"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <datalist id="completions">
        {(completed.data?.words ?? []).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <button type="submit" className="button primary">
        Search
      </button>
    </form>
  )
}
