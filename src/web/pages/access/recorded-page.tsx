import { dump } from 'js-yaml'
import type { ClusterDetailView, RecordedChangesView, RecordedPage as Recorded } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { useNamedObject } from '../../route/named-object.ts'
import { Clock } from '../../ui/age.tsx'
import { Answer, Together } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ObjectName } from '../../ui/object-name.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { changedLines } from './changed-lines.ts'
import { InGit } from './in-git.tsx'
import { ClusterSight } from './sight.tsx'
import { WriterText } from './writer-text.tsx'

type Item = Recorded['items'][number]
type Change = RecordedChangesView['items'][number]

/** One quota, role or binding of one cluster in full, and what became of it. */
export function RecordedPage({
  cluster: { name: cluster, identity },
}: {
  readonly cluster: ClusterDetailView
}) {
  const object = useNamedObject()
  const { kind, namespace, name } = object
  usePageTitle(`${kind} ${name}`, { ...identity })
  const complete = kind !== '' && name !== ''
  const found = useAnswer(
    'recorded',
    { query: { cluster, kind, namespace, name, limit: 2 } },
    { when: complete },
  )
  const changes = useAnswer('recordedChanges', { params: { cluster }, query: object }, { when: complete })
  return (
    <div className="page">
      <p className="crumbs">
        <Link to={address.access()}>Access and quota</Link> /{' '}
        <Link to={address.cluster(cluster, 'access')}>{cluster}</Link>
      </p>
      <h1>
        <ObjectName object={object} />
      </h1>
      <Together of={complete ? [found, changes] : []} what="what is recorded of it">
        <Answer of={found} what="what is recorded of it" stillWorks="Its changes below work on.">
          {(page) => {
            const item = page.items.find((one) => one.object.group === object.group)
            return (
              <>
                <ClusterSight of={page} cluster={cluster} />
                {item === undefined ? (
                  <Empty title="Nothing is recorded under this name">
                    It is not there any more, or you may not look at it.
                  </Empty>
                ) : (
                  <InFull item={item} />
                )}
              </>
            )
          }}
        </Answer>
        <div className="section-head">
          <h2>Changes</h2>
          <span className="sub">since the cluster is recorded, newest first</span>
        </div>
        <Answer of={changes} what="its changes">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No change was seen">It stands as it was found first.</Empty>
            ) : (
              <ol className="recorded-changes">
                {items.map((change) => (
                  <li key={change.at}>
                    <ChangeView change={change} />
                  </li>
                ))}
              </ol>
            )
          }
        </Answer>
      </Together>
    </div>
  )
}

function InFull({ item }: { readonly item: Item }) {
  return (
    <>
      <p>
        <InGit bundle={item.bundle} drifted={false} /> <span className="sub">· last written by</span>{' '}
        <WriterText of={item} />
        {item.lastKnown ? <span className="sub"> · last known: the cluster is not reachable</span> : null}
      </p>
      <div className="patch" tabIndex={0} role="region" aria-label="In full">
        <pre>{dump(item.content, { lineWidth: -1 })}</pre>
      </div>
    </>
  )
}

function ChangeView({ change }: { readonly change: Change }) {
  const { at, from, to } = change
  const what = from === undefined ? 'came' : to === undefined ? 'went' : 'changed'
  return (
    <>
      <p>
        <b>{what}</b> <Clock at={at} seconds /> · <WriterText of={change} />
      </p>
      <div className="patch" tabIndex={0} role="region" aria-label={`What ${what}`}>
        <pre>
          {changedLines(textOf(from), textOf(to)).map(({ sign, line }, place) => (
            // Lines repeat, and never move: a change is what it was.
            <div key={`${place} ${line}`} className={sign === '+' ? 'added' : sign === '-' ? 'removed' : ''}>
              {sign} {line}
            </div>
          ))}
        </pre>
      </div>
    </>
  )
}

function textOf(content: Change['from']): string {
  return content === undefined ? '' : dump(content, { lineWidth: -1 })
}
