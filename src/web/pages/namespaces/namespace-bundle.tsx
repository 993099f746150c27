import type { NamespaceView } from '../../../api/index.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age, Clock } from '../../ui/age.tsx'
import { StateText } from '../../ui/glyph.tsx'
import { counted, shortRevision } from '../../ui/value.tsx'

type OfBundle = NamespaceView['items'][number]['bundles'][number]
type Row = OfBundle['objects'][number]
type Commits = NamespaceView['commits']

interface Props {
  readonly cluster: string
  readonly of: OfBundle
  readonly commits: Commits
}

/** What one bundle holds in a namespace of a cluster, at which commit, who answers for it, and what decides it. */
export function NamespaceBundle({ cluster, of, commits }: Props) {
  const { bundle, state, mode, settings, objects } = of
  return (
    <div className="of-bundle">
      <h3>
        <Link to={address.bundle(bundle)}>{bundle}</Link>{' '}
        {state === undefined ? 'not placed here any more' : <StateText state={state} />}
      </h3>
      <dl className="why">
        <dt>Commit</dt>
        <dd>
          <Applied of={of} commits={commits} />
        </dd>
        <dt>Owner</dt>
        <dd>
          {of.owner === undefined ? <span className="sub">not said in Git</span> : <bdi>{of.owner}</bdi>}
        </dd>
        <dt>Declared in</dt>
        <dd>{of.declared === undefined ? '—' : <Place {...of.declared} />}</dd>
        {settings.map((one) => (
          <Setting key={one.name + one.value} {...one} />
        ))}
        {settings.some(({ name }) => name === 'mode') || mode === undefined ? null : (
          <Setting name="mode" value={mode} from="default" />
        )}
      </dl>
      <div className="table-box">
        <table className="table compact">
          <thead>
            <tr>
              <th>Object</th>
              <th>Health</th>
              <th>Differs from Git</th>
              <th>Images</th>
              <th className="right">Ready</th>
              <th>Declared in</th>
            </tr>
          </thead>
          <tbody>
            {objects.map((one) => (
              <ObjectRow
                key={`${one.object.group} ${one.object.kind} ${one.object.name}`}
                cluster={cluster}
                of={one}
              />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

function Applied({ of: { bundle, applied, desired, waits }, commits }: Omit<Props, 'cluster'>) {
  const later = desired !== undefined && desired !== applied?.revision
  return (
    <>
      {applied === undefined ? (
        'nothing applied yet'
      ) : (
        <>
          <Commit bundle={bundle} revision={applied.revision} commits={commits} />
          <div className="sub">
            applied <Clock at={applied.at} /> UTC, <Age at={applied.at} /> ago
          </div>
        </>
      )}
      {later ? (
        <div>
          next <Commit bundle={bundle} revision={desired} commits={commits} />
          {waits === undefined ? null : <div className="sub">{waits}</div>}
        </div>
      ) : null}
    </>
  )
}

function Commit({
  bundle,
  revision,
  commits,
}: {
  readonly bundle: string
  readonly revision: string
  readonly commits: Commits
}) {
  const note = commits.find((one) => one.bundle === bundle && one.revision === revision)
  return (
    <>
      <code title={revision}>{shortRevision(revision)}</code>{' '}
      {note === undefined ? null : (
        <>
          <bdi>{note.subject}</bdi>{' '}
          <span className="sub">
            <bdi>{note.author}</bdi>, <Clock at={note.at} /> UTC
          </span>
        </>
      )}
    </>
  )
}

function Setting({ name, value, from, origin }: OfBundle['settings'][number]) {
  return (
    <>
      <dt>{name.slice(0, 1).toUpperCase() + name.slice(1)}</dt>
      <dd>
        <span className="value" dir="auto">
          {value}
        </span>{' '}
        <span className="sub">
          {from}
          {origin === undefined ? null : (
            <>
              , <Place {...origin} />
            </>
          )}
        </span>
      </dd>
    </>
  )
}

function ObjectRow({ cluster, of }: { readonly cluster: string; readonly of: Row }) {
  const { object, health, message, drift, driftSince, images, replicas, ready, origin } = of
  return (
    <tr>
      <td>
        <span className="sub">{object.kind}</span>{' '}
        <Link to={address.object(cluster, object)}>
          <bdi>{object.name}</bdi>
        </Link>
      </td>
      <td>
        {health}
        {message === undefined ? null : <div className="below">{message}</div>}
      </td>
      <td>
        {drift === null ? 'not known' : drift === 0 ? 'no' : counted(drift, 'field')}
        {driftSince === undefined ? null : (
          <div className="below">
            since <Clock at={driftSince} /> UTC
          </div>
        )}
      </td>
      <td>
        {images.map((image) => (
          <div key={image}>
            <code>{image}</code>
          </div>
        ))}
      </td>
      <td className="right">{replicas === undefined ? '' : `${ready ?? '?'}/${replicas}`}</td>
      <td>{origin === undefined ? 'not rendered any more' : <Place {...origin} />}</td>
    </tr>
  )
}

function Place({ file, line, repository }: NonNullable<Row['origin']>) {
  return (
    <code>
      {repository === undefined ? '' : `${repository} `}
      {file}:{line}
    </code>
  )
}
