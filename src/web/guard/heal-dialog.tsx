import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { HealPreview, HealResult, HealSelection } from '../../api/index.ts'
import { queryClient } from '../data/answers.ts'
import { hub } from '../data/hub.ts'
import { jobIsOver, useJob } from '../data/use-job.ts'
import { address } from '../route/address.ts'
import { Link } from '../route/link.tsx'
import { Answer } from '../ui/answer.tsx'
import { Chip } from '../ui/identity.tsx'
import { JobBar, JobSentence } from '../ui/job-progress.tsx'
import { ObjectName } from '../ui/object-name.tsx'
import { counted } from '../ui/value.tsx'
import { GuardDialog, type GuardTarget } from './guard-dialog.tsx'

type Target = HealPreview['targets'][number]

const shownGroups = 20
const shownChips = 12
const shownFields = 200

/**
 * Heals what a selection names: the clusters' own dry-runs first, then the guard, then the outcome object by object. On
 * several clusters it is a job, which goes on when the dialog is closed.
 */
export function HealDialog({
  selection,
  onClose,
}: {
  readonly selection: HealSelection
  readonly onClose: () => void
}) {
  const preview = useQuery({
    queryKey: ['previewHeal', selection],
    queryFn: ({ signal }) => hub.previewHeal({ body: selection }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  const targets = preview.data?.targets ?? []
  const able = targets.filter(({ objects, failure }) => failure === undefined && objects.some(canHeal))
  const fields = able.reduce(
    (sum, { objects }) => sum + objects.filter(canHeal).reduce((all, one) => all + one.fields.length, 0),
    0,
  )
  const verb =
    fields === 0 ? 'Heal' : `Heal ${counted(fields, 'field')} on ${counted(able.length, 'cluster')}`
  return (
    <GuardDialog
      title="Heal: write what Git declares"
      verb={verb}
      targets={able.map(guardTarget)}
      ready={able.length > 0}
      onClose={onClose}
      onConfirm={async (given, key) => {
        const request = {
          targets: able.flatMap(({ identity, objects }) => {
            const { cluster, clusterId } = identity
            // A cluster without an id was never met, so nothing of it can have been previewed.
            return clusterId === undefined
              ? []
              : [{ cluster, clusterId, keys: objects.filter(canHeal).map((one) => one.key) }]
          }),
          ...given,
        }
        if (request.targets.length > 1) {
          const { id } = await hub.healJob({ body: request }, { idempotencyKey: key })
          return <JobOutcome id={id} />
        }
        const result = await hub.heal({ body: request }, { idempotencyKey: key })
        void queryClient.invalidateQueries()
        return <Outcome result={result} />
      }}
    >
      <Answer of={preview} what="a preview from the clusters" stillWorks="Nothing was sent but dry-runs.">
        {() => <Preview targets={targets} />}
      </Answer>
    </GuardDialog>
  )
}

function canHeal(object: Target['objects'][number]): boolean {
  return object.failure === undefined
}

function guardTarget({ identity }: Target): GuardTarget {
  const { cluster, environment, tier, colour } = identity
  return { cluster, environment, tier, colour }
}

/** What a heal would do, once for all clusters on which it does the same: a change that is alike is read once. */
function Preview({ targets }: { readonly targets: readonly Target[] }) {
  if (targets.every(({ objects, failure }) => failure === undefined && objects.length === 0))
    return <p>Nothing differs there any more.</p>
  const groups = new Map<string, Target[]>()
  for (const target of targets) {
    const alike = JSON.stringify([target.objects, target.failure?.message])
    groups.set(alike, [...(groups.get(alike) ?? []), target])
  }
  return (
    <>
      <p className="sub">By a dry-run on each cluster, just now. Nothing was written.</p>
      {[...groups.values()].slice(0, shownGroups).map((group) => (
        <Alike key={group[0]?.identity.cluster} targets={group} />
      ))}
      {groups.size > shownGroups ? (
        <p className="sub">and {counted(groups.size - shownGroups, 'other change')} on other clusters</p>
      ) : null}
    </>
  )
}

/** Clusters on which a heal does the same, and what it does. */
function Alike({ targets }: { readonly targets: readonly Target[] }) {
  const [target] = targets
  if (target === undefined) return null
  return (
    <section style={{ marginTop: 12 }}>
      <div className="row wrap" style={{ gap: 4 }}>
        {targets.length === 1 ? null : <b>{counted(targets.length, 'cluster')}</b>}
        {targets.slice(0, shownChips).map(({ identity }) => (
          <Chip key={identity.cluster} {...identity} />
        ))}
        {targets.length > shownChips ? (
          <span className="sub">and {targets.length - shownChips} more</span>
        ) : null}
      </div>
      {target.failure === undefined ? null : <p>Cannot be healed: {target.failure.message}</p>}
      {target.objects.map((object) => (
        <div key={object.key} style={{ marginTop: 8 }}>
          <b>
            <ObjectName object={object.object} />
          </b>
          {object.failure === undefined ? null : <p>Refused: {object.failure.message}</p>}
          <ul>
            {object.fields.slice(0, shownFields).map(({ path, from, to }) => (
              <li key={path}>
                <code>{path === '' ? 'whole object' : path}</code>{' '}
                <span className="value">
                  {from} → <b>{to}</b>
                </span>
              </li>
            ))}
            {object.fields.length > shownFields ? (
              <li className="sub">and {counted(object.fields.length - shownFields, 'field')} more</li>
            ) : null}
          </ul>
          {object.conflicts.map((conflict) => (
            <p key={conflict}>
              <b>It will not last:</b> {conflict}
            </p>
          ))}
        </div>
      ))}
    </section>
  )
}

function Outcome({ result }: { readonly result: HealResult }) {
  const all = result.targets.flatMap(({ objects }) => objects)
  const healed = all.filter(({ outcome }) => outcome === 'healed').length
  const faster = all.filter(({ outcome }) => outcome === 'unchanged').length
  const bad = result.targets.filter(
    ({ failure, objects }) =>
      failure !== undefined || objects.some(({ outcome }) => outcome === 'refused' || outcome === 'failed'),
  )
  return (
    <>
      <p>
        <b>{counted(healed, 'object')} healed</b> in {(result.tookMs / 1000).toFixed(1)} s. Recorded as{' '}
        <code>{result.activity}</code>.
      </p>
      {faster === 0 ? null : (
        <p>
          {counted(faster, 'object')} needed nothing: somebody was faster, and{' '}
          {faster === 1 ? 'it is' : 'they are'} as Git declares already.
        </p>
      )}
      {bad.map(({ cluster, failure, objects }) => (
        <div key={cluster}>
          <b>{cluster}</b>: {failure?.message}
          {objects
            .filter(({ outcome }) => outcome !== 'healed' && outcome !== 'unchanged')
            .map(({ object, outcome, message }) => (
              <p key={object.kind + object.namespace + object.name}>
                <ObjectName object={object} />: {outcome}
                {message === undefined ? '' : `, ${message}`}
              </p>
            ))}
        </div>
      ))}
    </>
  )
}

/** How far the job is, and the way to its page. */
function JobOutcome({ id }: { readonly id: string }) {
  const job = useJob(id)
  const over = job.data !== undefined && jobIsOver(job.data)
  useEffect(() => {
    if (over) void queryClient.invalidateQueries()
  }, [over])
  return (
    <Answer of={job} what={`job ${id}`}>
      {(view) => (
        <>
          <JobSentence job={view} />
          <JobBar job={view} />
          <p style={{ marginTop: 8 }}>
            <Link to={address.job(id)}>Open job {id}</Link>
            {over ? ': what became of each cluster is kept there.' : ': it goes on when this is closed.'}
          </p>
        </>
      )}
    </Answer>
  )
}
