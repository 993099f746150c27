import type { CauseSummary, ClusterView, StatusView } from '../../../api/index.ts'
import type { StateWord } from '../../../core/state/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { withSearch } from '../../route/location.ts'
import { Age, Clock, Until } from '../../ui/age.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { counted, writerKindText } from '../../ui/value.tsx'
import { causeTitle } from '../drift/cause-words.tsx'

const most = 8

/** Clusters that are away or failed for the same reason. */
interface ReasonGroup {
  readonly state: StateWord
  readonly reason: string
  readonly clusters: readonly { readonly name: string }[]
}

/** The answers that the causes are told from. */
export function useCauses() {
  const scope = useScope()
  return [
    useAnswer('causes', { query: { ...scope, limit: most } }),
    useAnswer('clusters', { query: { ...scope, state: 'failed,unreachable', limit: 500 } }),
  ] as const
}

/** What is wrong, by cause and not by cluster: the most urgent first; then what happens without anybody. */
export function CausesList({ status }: { readonly status: StatusView }) {
  const [causes, broken] = useCauses()
  const drift = causes.data?.items ?? []
  const reasons = reasonGroups(broken.data?.items ?? [])
  const [top, ...rest] = drift.toSorted(byUrgency)
  const room = Math.max(0, most - reasons.length - (top === undefined ? 0 : 1))
  const shown = rest.slice(0, room)
  const all = (causes.data?.total ?? 0) + reasons.length
  const visible = shown.length + Math.min(reasons.length, most) + (top === undefined ? 0 : 1)
  return (
    <section aria-label="Causes">
      <div className="section-head">
        <h2>Causes</h2>
        <span className="sub">
          {causes.data === undefined || broken.data === undefined
            ? 'not all of them are known'
            : all === 0
              ? 'none'
              : `${all}, most urgent first`}
        </span>
      </div>
      {all === 0 && causes.data !== undefined && broken.data !== undefined ? (
        <p className="sub">
          Nothing differs and nothing fails. {counted(status.clusters - status.states.unreachable, 'cluster')}{' '}
          answered, the oldest sign of life <Age at={status.asOf} /> ago.
        </p>
      ) : null}
      <ol>
        {top === undefined ? null : <TopCause cause={top} />}
        {reasons.slice(0, most).map((group) => (
          <ReasonRow key={group.state + group.reason} group={group} />
        ))}
        {shown.map((cause) => (
          <li key={cause.id} className="cause">
            <Count state="drifted" count={cause.clusters} />
            <div>
              <Link to={address.cause(cause.short)}>{causeTitle(cause)}</Link>
              <CauseBelow cause={cause} />
            </div>
          </li>
        ))}
      </ol>
      {all > visible ? <Link to={address.drift()}>+{all - visible} more</Link> : null}
      <Next causes={drift} />
    </section>
  )
}

function TopCause({ cause }: { readonly cause: CauseSummary }) {
  return (
    <li className="cause top">
      <Count state="drifted" count={cause.clusters} />
      <div>
        <div>{causeTitle(cause)}</div>
        <CauseBelow cause={cause} />
        <div className="row wrap" style={{ marginTop: 8 }}>
          <Link className="button primary small-button" to={address.cause(cause.short)}>
            Open cause {cause.short}
          </Link>
          <OutcomeShort cause={cause} />
        </div>
      </div>
    </li>
  )
}

function OutcomeShort({ cause: { outcome } }: { readonly cause: CauseSummary }) {
  if (outcome.is === 'heals' && outcome.at !== undefined)
    return (
      <b>
        heals <Until at={outcome.at} />
      </b>
    )
  const words = {
    waits: 'waits for a verdict',
    'report-only': 'report only',
    held: 'heal is held',
    healing: 'healing',
  } as const
  return outcome.is in words ? <b>{words[outcome.is as keyof typeof words]}</b> : null
}

function CauseBelow({ cause }: { readonly cause: CauseSummary }) {
  const { writer, people } = cause
  const who = people.length > 0 ? `${people[0] ?? ''}, audit` : writerKindText(writer.kind)
  return (
    <div className="below">
      {writer.manager ?? 'no writer'} · {who} · since <Clock at={cause.since} />
      {cause.clusters === 1
        ? ` · ${cause.names[0] ?? ''}`
        : ` · ${cause.where
            .filter(({ have }) => have > 0)
            .map(({ environment, have }) => `${have} ${environment}`)
            .slice(0, 3)
            .join(', ')}`}
    </div>
  )
}

function ReasonRow({ group }: { readonly group: ReasonGroup }) {
  const { state, reason, clusters } = group
  const [first] = clusters
  return (
    <li className="cause">
      <Count state={state} count={clusters.length} />
      <div>
        {clusters.length === 1 && first !== undefined ? (
          <Link to={address.cluster(first.name)}>{reason}</Link>
        ) : (
          <a href={withSearch({ state })}>{reason}</a>
        )}
        <div className="below">
          {clusters
            .slice(0, 3)
            .map(({ name }) => name)
            .join(', ')}
          {clusters.length > 3 ? ` and ${clusters.length - 3} more` : ''}
        </div>
      </div>
    </li>
  )
}

function Count({ state, count }: { readonly state: StateWord; readonly count: number }) {
  return (
    <div className="count">
      <Glyph state={state} spoken />
      <span>{count}</span>
    </div>
  )
}

/** Reasons that differ in numbers and names only are one. */
function reasonGroups(clusters: readonly ClusterView[]): ReasonGroup[] {
  const groups = new Map<string, { state: StateWord; reason: string; clusters: ClusterView[] }>()
  for (const cluster of clusters) {
    const reason = cluster.reason ?? 'no reason is known'
    const key = `${cluster.state} ${reason.replaceAll(cluster.name, '').replaceAll(/[0-9a-f]{6,}|\d+/g, '#')}`
    const group = groups.get(key) ?? { state: cluster.state, reason, clusters: [] }
    group.clusters.push(cluster)
    groups.set(key, group)
  }
  const rank = (group: ReasonGroup): number => (group.state === 'unreachable' ? 0 : 1)
  return [...groups.values()].toSorted(
    (one, two) => rank(one) - rank(two) || two.clusters.length - one.clusters.length,
  )
}

/** The nearest deadline first, then those that need somebody, then the largest. */
function byUrgency(one: CauseSummary, two: CauseSummary): number {
  const due = ({ outcome }: CauseSummary): number =>
    outcome.is === 'heals' && outcome.at !== undefined ? Date.parse(outcome.at) : Number.MAX_SAFE_INTEGER
  const needs = ({ tab }: CauseSummary): number => (tab === 'needs-you' ? 0 : 1)
  return needs(one) - needs(two) || due(one) - due(two) || two.clusters - one.clusters
}

function Next({ causes }: { readonly causes: readonly CauseSummary[] }) {
  const runs = useAnswer('runs', { query: { state: 'running', limit: 20 } })
  const freezes = useAnswer('freezes', {})
  const timed = [
    ...causes.flatMap(({ outcome, short, clusters }) =>
      outcome.is === 'heals' && outcome.at !== undefined
        ? [
            {
              at: outcome.at,
              text: `Heal of ${short} begins, ${counted(clusters, 'cluster')}`,
              to: address.cause(short),
            },
          ]
        : [],
    ),
    ...(freezes.data?.items ?? []).flatMap(({ until, id, clusters }) =>
      until === undefined
        ? []
        : [
            {
              at: until,
              text: `Freeze ${id} ends on ${counted(clusters.length, 'cluster')}`,
              to: address.activity(),
            },
          ],
    ),
  ].toSorted((one, two) => (one.at < two.at ? -1 : 1))
  const waiting = (runs.data?.items ?? []).slice(0, 4)
  if (timed.length + waiting.length === 0) return null
  return (
    <>
      <div className="section-head">
        <h2>Next</h2>
        <span className="sub">what happens without you</span>
      </div>
      <dl className="next">
        {timed.slice(0, 5).map(({ at, text, to }) => (
          <div key={text}>
            <dt>
              <Clock at={at} />
            </dt>
            <dd>
              <Link to={to}>{text}</Link>
            </dd>
          </div>
        ))}
        {waiting.map((run) => (
          <div key={run.id}>
            <dt>now</dt>
            <dd>
              <Link to={address.run(run.id)}>
                {run.bundle}, stage {run.stage.name}
              </Link>{' '}
              ({run.stage.number} of {run.stage.of})
              {run.waits[0] === undefined ? ' goes on' : `: ${run.waits[0]}`}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
