import { useId, useState } from 'react'
import type { MadeToken, Privilege } from '../../../api/index.ts'
import { queryClient, useAnswer } from '../../data/answers.ts'
import { hub } from '../../data/hub.ts'
import { GuardDialog } from '../../guard/guard-dialog.tsx'
import { Age, Clock } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Choose } from '../../ui/choose.tsx'
import { EndableTable } from './endable-table.tsx'

const dayMs = 86_400_000
const lifetimes = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', '1 year'],
] as const

/** Tokens for programs: what they may do at most, how long, and when they were used. The secret is shown once. */
export function Tokens({ held }: { readonly held: readonly Privilege[] }) {
  const tokens = useAnswer('tokens', {}, { every: 30_000 })
  const [making, setMaking] = useState(false)
  return (
    <>
      <div className="section-head">
        <h2>Tokens</h2>
        <span className="sub">for programs, a part of what you may</span>
        <span className="grow" />
        <button type="button" className="button small-button" onClick={() => setMaking(true)}>
          Make a token…
        </button>
      </div>
      <Answer of={tokens} what="your tokens">
        {({ items }) =>
          items.length === 0 ? (
            <p className="sub">None was made.</p>
          ) : (
            <EndableTable
              head={['For', 'May', 'Used', 'Ends']}
              rows={items.map((token) => ({
                id: token.id,
                name: token.label,
                cells: [
                  <>
                    {token.label}
                    <div className="below">
                      since <Clock at={token.createdAt} />
                    </div>
                  </>,
                  token.privileges.join(', '),
                  <Age at={token.usedAt} />,
                  token.expiresAt === undefined ? 'when it is taken back' : <Clock at={token.expiresAt} />,
                ],
              }))}
              verb="Take back"
              wanted="the token taken back"
              end={(id) => hub.revokeToken({ params: { token: id } })}
            />
          )
        }
      </Answer>
      {making ? <MakeToken held={held} onClose={() => setMaking(false)} /> : null}
    </>
  )
}

function MakeToken({ held, onClose }: { readonly held: readonly Privilege[]; readonly onClose: () => void }) {
  const [label, setLabel] = useState('')
  const [days, setDays] = useState<(typeof lifetimes)[number][0]>('30')
  const [chosen, setChosen] = useState<ReadonlySet<Privilege>>(new Set(['read']))
  const id = useId()
  const privileges = held.filter((one) => chosen.has(one))
  const flip = (one: Privilege): void => {
    const next = new Set(chosen)
    if (!next.delete(one)) next.add(one)
    setChosen(next)
  }
  return (
    <GuardDialog
      title="Make a token"
      verb="Make it"
      targets={[]}
      ready={label.trim() !== '' && privileges.length > 0}
      waitsFor="what it is for"
      onClose={onClose}
      onConfirm={async (_, key) => {
        const made = await hub.createToken(
          { body: { label: label.trim(), privileges, forMs: Number(days) * dayMs } },
          { idempotencyKey: key },
        )
        void queryClient.invalidateQueries()
        return <Made made={made} />
      }}
    >
      <div className="ask">
        <label htmlFor={`${id}-label`}>What it is for</label>
        <input
          id={`${id}-label`}
          value={label}
          maxLength={100}
          placeholder="for example nightly report"
          onChange={(event) => setLabel(event.target.value)}
        />
      </div>
      <fieldset className="ask">
        <legend>What it may do at most</legend>
        {held.map((one) => (
          <label key={one} className="row">
            <input type="checkbox" checked={chosen.has(one)} onChange={() => flip(one)} />
            {one}
          </label>
        ))}
      </fieldset>
      <div style={{ marginTop: 16 }}>
        <Choose what="Ends after" value={days} choices={lifetimes} onChoose={setDays} />
      </div>
    </GuardDialog>
  )
}

function Made({ made }: { readonly made: MadeToken }) {
  return (
    <>
      <p>
        <b>Copy it now: it is not shown again.</b>
      </p>
      <pre className="patch command">{made.secret}</pre>
    </>
  )
}
