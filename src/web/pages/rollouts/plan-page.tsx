import { useState } from 'react'
import type { PlanView } from '../../../api/index.ts'
import { queryClient, useAnswer } from '../../data/answers.ts'
import { useWhyNot } from '../../data/caller.ts'
import { hub } from '../../data/hub.ts'
import { GuardDialog } from '../../guard/guard-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import type { PageProps } from '../../shell/pages.ts'
import { Age } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Band, Chip } from '../../ui/identity.tsx'
import { ObjectName } from '../../ui/object-name.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted, shortRevision } from '../../ui/value.tsx'

const shown = 300

/** A plan: everything that it would do to one cluster, and the decision. */
export default function PlanPage({ parts: [id = ''] }: PageProps) {
  const plan = useAnswer('plan', { params: { plan: id } }, { when: id !== '' })
  return (
    <Answer of={plan} what={`plan ${id}`}>
      {(view) => <Inside plan={view} />}
    </Answer>
  )
}

function Inside({ plan }: { readonly plan: PlanView }) {
  usePageTitle(`Plan ${plan.bundle}`, { ...plan.identity })
  const [decision, setDecision] = useState<'approve' | 'reject'>()
  const whyNot = useWhyNot('approve')
  const waits = plan.state === 'waiting'
  return (
    <>
      <Band {...plan.identity} />
      <div className="identity-head">
        <Chip {...plan.identity} large linked />
        <span className="sub">{plan.identity.tier}</span>
      </div>
      <div className="page">
        <p className="crumbs">
          <Link to={address.rollouts()}>Rollouts</Link> / {plan.id}
        </p>
        <div className="page-head">
          <h1>
            {plan.bundle} <code>{shortRevision(plan.revision)}</code>
          </h1>
          {waits ? (
            <div className="actions">
              <button
                type="button"
                className="button"
                disabled={whyNot !== undefined}
                title={whyNot}
                onClick={() => setDecision('reject')}
              >
                Reject…
              </button>
              <span className="rule" />
              <button
                type="button"
                className="button primary"
                disabled={whyNot !== undefined}
                title={whyNot}
                onClick={() => setDecision('approve')}
              >
                Approve…
              </button>
            </div>
          ) : null}
        </div>
        <p className="sentence">
          <span>
            <b>{waits ? 'Waits for a decision' : plan.state}</b>
            {plan.decidedBy === undefined ? '' : ` by ${plan.decidedBy}`}
          </span>
          <span>
            {Object.entries(plan.actions)
              .map(([action, count]) => `${action} ${counted(count, 'object')}`)
              .join(', ')}
          </span>
          <span className="as-of">
            · made <Age at={plan.createdAt} /> ago
          </span>
        </p>
        {plan.reasons.map((reason) => (
          <p key={reason} className="sub">
            It asks because {reason}.
          </p>
        ))}
        <div className="table-box" style={{ marginTop: 16 }}>
          <table className="table compact">
            <thead>
              <tr>
                <th>Action</th>
                <th>Object</th>
                <th>Fields</th>
              </tr>
            </thead>
            <tbody>
              {plan.items.slice(0, shown).map((item) => (
                <tr
                  key={
                    item.action +
                    item.object.group +
                    item.object.kind +
                    item.object.namespace +
                    item.object.name
                  }
                >
                  <td>
                    <b>{item.action}</b>
                  </td>
                  <td>
                    <ObjectName object={item.object} />
                    <div className="below">{item.note}</div>
                  </td>
                  <td>
                    {item.fields.map(({ path, from, to }) => (
                      <div key={path}>
                        <code>{path}</code>{' '}
                        <span className="value">
                          {from} → {to}
                        </span>
                      </div>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {plan.items.length > shown ? (
            <p className="sub">
              the first {shown} of {plan.items.length}
            </p>
          ) : null}
        </div>
      </div>
      {decision === undefined ? null : (
        <DecisionDialog plan={plan} decision={decision} onClose={() => setDecision(undefined)} />
      )}
    </>
  )
}

interface DecisionDialogProps {
  readonly plan: PlanView
  readonly decision: 'approve' | 'reject'
  readonly onClose: () => void
}

function DecisionDialog({ plan, decision, onClose }: DecisionDialogProps) {
  const approves = decision === 'approve'
  return (
    <GuardDialog
      title={approves ? `Approve the plan for ${plan.bundle}` : `Reject the plan for ${plan.bundle}`}
      verb={approves ? 'Approve' : 'Reject'}
      targets={approves ? [plan.identity] : []}
      reason={!approves}
      ready
      onClose={onClose}
      onConfirm={async (given, key) => {
        const params = { plan: plan.id }
        const { reason } = given
        await (approves
          ? hub.approve({ params, body: given }, { idempotencyKey: key })
          : hub.reject({ params, body: reason === undefined ? {} : { reason } }, { idempotencyKey: key }))
        void queryClient.invalidateQueries()
        return (
          <p>
            {approves
              ? 'It is executed as soon as the cluster still stands as planned.'
              : 'The plan is ended; nothing is written.'}
          </p>
        )
      }}
    >
      <p>
        {approves
          ? `Exactly what the plan lists is written to ${plan.identity.cluster}: ${counted(plan.items.length, 'object')}. If the cluster has changed since, nothing is written and a new plan asks again.`
          : 'Nothing is written. The bundle stays as it is on this cluster until Git or the cluster changes.'}
      </p>
    </GuardDialog>
  )
}
