import { lazy, Suspense, useState } from 'react'
import type { RenderedObject } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Toggle } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { counted, shortRevision } from '../../ui/value.tsx'

const ObjectGraph = lazy(() => import('./object-graph.tsx'))
const shown = 500

/** The objects of a bundle on a cluster, each below what uses it, with the line of Git that declares it; or as a picture. */
export function ObjectTree({ cluster, bundle }: { readonly cluster: string; readonly bundle: string }) {
  const [form, setForm] = useState<'table' | 'picture'>('table')
  // The picture folds what it cannot show; the table is a list, of which the first are enough.
  const query = form === 'table' ? { limit: shown } : {}
  const objects = useAnswer('objects', { params: { cluster, bundle }, query })
  return (
    <Answer of={objects} what="the rendered objects">
      {({ items, revision, total = items.length }) => {
        if (items.length === 0)
          return <Empty title="Nothing is rendered">The source is there and holds no object.</Empty>
        const ordered = treeOf(items)
        return (
          <>
            <div className="row wrap" style={{ margin: '8px 0' }}>
              <span className="sub">
                {counted(total, 'object')} at <code>{shortRevision(revision)}</code>
              </span>
              <span className="grow" />
              <Toggle
                label="Form"
                value={form}
                choices={[
                  ['table', 'Table'],
                  ['picture', 'Picture'],
                ]}
                onChoose={setForm}
              />
            </div>
            {form === 'picture' ? (
              <Suspense fallback={<p className="sub">Loading the picture …</p>}>
                <ObjectGraph items={items} />
              </Suspense>
            ) : (
              <div className="table-box">
                <table className="table compact">
                  <thead>
                    <tr>
                      <th>Object</th>
                      <th>Namespace</th>
                      <th>State</th>
                      <th>Declared in</th>
                      <th>Order</th>
                    </tr>
                  </thead>
                  <tbody>
                    {ordered.map(({ item, depth }) => (
                      <tr key={item.key}>
                        <td style={{ paddingLeft: 8 + depth * 24 }}>
                          <span className="sub">{item.object.kind}</span>{' '}
                          <Link to={address.object(cluster, item.object)}>{item.object.name}</Link>
                        </td>
                        <td>{item.object.namespace === '' ? '—' : item.object.namespace}</td>
                        <td>
                          <ObjectState item={item} />
                        </td>
                        <td>
                          <code>
                            {item.origin.file}:{item.origin.line}
                          </code>
                        </td>
                        <td className="sub">
                          {item.hook ? 'hook' : item.wave === undefined ? '' : `wave ${item.wave}`}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                {total > items.length ? (
                  <p className="sub">
                    {items.length} of {counted(total, 'object')}, those first with which something is the
                    matter; <Link to={address.search(`cluster:${cluster} bundle:${bundle}`)}>search</Link>{' '}
                    finds the others
                  </p>
                ) : null}
              </div>
            )}
          </>
        )
      }}
    </Answer>
  )
}

function ObjectState({ item }: { readonly item: RenderedObject }) {
  if (item.trouble !== undefined)
    return (
      <>
        <Glyph
          state={
            item.trouble.health === 'InProgress' || item.trouble.health === 'Terminating'
              ? 'in-progress'
              : 'failed'
          }
        />{' '}
        {item.trouble.health} <span className="below">{item.trouble.message}</span>
      </>
    )
  if (item.drift > 0)
    return (
      <>
        <Glyph state="drifted" /> {item.drift} {item.drift === 1 ? 'field differs' : 'fields differ'}
      </>
    )
  return <span className="sub">no trouble reported</span>
}

/** What stands alone first, and below each object what belongs to it. */
function treeOf(items: readonly RenderedObject[]): { item: RenderedObject; depth: number }[] {
  const known = new Set(items.map(({ key }) => key))
  const below = new Map<string, RenderedObject[]>()
  const roots: RenderedObject[] = []
  for (const item of items) {
    if (item.owner === undefined || !known.has(item.owner) || item.owner === item.key) roots.push(item)
    else {
      const siblings = below.get(item.owner)
      if (siblings === undefined) below.set(item.owner, [item])
      else siblings.push(item)
    }
  }
  return roots.flatMap((item) => [
    { item, depth: 0 },
    ...(below.get(item.key) ?? []).map((child) => ({ item: child, depth: 1 })),
  ])
}
