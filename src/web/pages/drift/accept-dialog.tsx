import { useId, useState } from 'react'
import type { DriftView } from '../../../api/index.ts'
import { queryClient, useAnswer } from '../../data/answers.ts'
import { hub } from '../../data/hub.ts'
import { GuardDialog } from '../../guard/guard-dialog.tsx'
import { Answer } from '../../ui/answer.tsx'
import { counted } from '../../ui/value.tsx'

type How = 'commit' | 'pull-request'

/**
 * Accepts a difference by a rule in its bundle. The preview names the rule, its file and what it hides; a commit is guarded
 * by every cluster of the bundle, a pull request is decided where it is merged.
 */
export function AcceptDialog({
  drift,
  onClose,
}: {
  readonly drift: DriftView
  readonly onClose: () => void
}) {
  const { bundle, path } = drift
  const { kind, namespace, name } = drift.object
  const field = { kind, namespace, name, path }
  const preview = useAnswer('previewAccept', { params: { bundle }, query: field })
  const reaches = preview.data?.reaches ?? []
  const identities = useAnswer('identities', { query: { cluster: reaches } }, { when: reaches.length > 0 })
  const [how, setHow] = useState<How>('pull-request')
  const id = useId()
  const isKnown =
    preview.data !== undefined &&
    (how === 'pull-request' || reaches.length === 0 || identities.data !== undefined)
  const present = preview.data?.present === true
  return (
    <GuardDialog
      title={`Accept ${path === '' ? `${kind} ${name}` : path} as it is`}
      verb={how === 'commit' ? 'Commit the rule' : 'Propose the rule'}
      targets={how === 'commit' ? (identities.data?.items ?? []) : []}
      ready={isKnown && !present}
      reason
      onClose={onClose}
      onConfirm={async ({ reason = '', ...given }, key) => {
        const result = await hub.accept(
          { params: { bundle }, body: { ...field, ...given, reason, how } },
          { idempotencyKey: key },
        )
        void queryClient.invalidateQueries()
        return (
          <>
            <p>
              <b>{result.isNew ? 'The rule is in Git' : 'Git had the rule already'}</b>: commit{' '}
              <code>{result.commit.slice(0, 12)}</code> on <code>{result.branch}</code>.
            </p>
            {result.pullRequest === undefined ? null : (
              <p>
                <a href={result.pullRequest} target="_blank" rel="noreferrer">
                  Open the pull request
                </a>
                : the difference stays open until it is merged.
              </p>
            )}
            {result.note === undefined ? null : <p className="trouble">{result.note}</p>}
          </>
        )
      }}
    >
      <Answer of={preview} what="what accepting it would write">
        {(view) => (
          <>
            <p>
              Nothing changes on any cluster. The rule <code>{view.rule}</code> is added to{' '}
              <code>spec.drift.ignore</code> in <code>{view.file}</code> of {view.repository}, branch{' '}
              <code>{view.branch}</code>.
            </p>
            <p>
              It hides <b>{counted(view.differences, 'open difference')}</b> on{' '}
              {counted(view.clusters.length, 'cluster')}, and from then on the same on all{' '}
              {counted(view.reaches.length, 'cluster')} of bundle {view.bundle}.
            </p>
            {view.present ? <p className="trouble">The bundle has this rule already.</p> : null}
            <fieldset className="ask">
              <legend>How</legend>
              <label>
                <input
                  type="radio"
                  name={id}
                  checked={how === 'pull-request'}
                  onChange={() => setHow('pull-request')}
                />{' '}
                {view.forge ? 'a pull request' : 'a branch of its own, to open a pull request from'}
              </label>
              <label>
                <input type="radio" name={id} checked={how === 'commit'} onChange={() => setHow('commit')} />{' '}
                a commit on {view.branch}, in force at once
              </label>
            </fieldset>
          </>
        )}
      </Answer>
    </GuardDialog>
  )
}
