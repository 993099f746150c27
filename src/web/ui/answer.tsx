import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { requestIdOf } from '../../api/index.ts'
import { isFailure } from '../../core/failure.ts'

interface AnswerProps<Value> {
  readonly of: UseQueryResult<Value>
  /** What is being asked for, as in "Asking for the clusters". */
  readonly what: string
  /** What else of the page works while this does not. */
  readonly stillWorks?: string
  readonly children: (value: Value) => ReactNode
}

/**
 * An answer as soon as it is there. Until then nothing for 200 ms, then what is being asked for; after a failure what
 * failed, what still works, the request ID, and a button to try again. An older answer stays on screen with a note.
 */
export function Answer<Value>({ of, what, stillWorks, children }: AnswerProps<Value>) {
  const { data, error, isFetching, refetch } = of
  return (
    <>
      {error === null ? null : (
        <Trouble error={error} what={what} old={data !== undefined} stillWorks={stillWorks}>
          <button
            type="button"
            className="button small-button"
            disabled={isFetching}
            onClick={() => void refetch()}
          >
            Try again
          </button>
        </Trouble>
      )}
      {data === undefined ? error === null ? <Waiting what={what} /> : null : children(data)}
    </>
  )
}

/**
 * What is made from several answers, once each of them has come or failed: what came first is not pushed about by what
 * comes later.
 */
export function Together({
  of,
  what,
  children,
}: {
  readonly of: readonly { readonly isPending: boolean }[]
  readonly what: string
  readonly children: ReactNode
}) {
  return of.some(({ isPending }) => isPending) ? <Waiting what={what} /> : children
}

function Waiting({ what }: { readonly what: string }) {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="skeleton" role="status" style={{ minHeight: 240 }}>
      {late ? (
        <>
          <p>Asking for {what} …</p>
          {['92%', '78%', '85%', '60%'].map((width) => (
            <div key={width} className="bar" style={{ width }} />
          ))}
        </>
      ) : null}
    </div>
  )
}

interface TroubleProps {
  readonly error: unknown
  readonly what: string
  /** True when an older answer is still shown. */
  readonly old?: boolean
  readonly stillWorks?: string | undefined
  readonly children?: ReactNode
}

/** What failed, what still works, what to do next, and the request ID by which the hub's log knows it. */
export function Trouble({ error, what, old = false, stillWorks, children }: TroubleProps) {
  const failure = isFailure(error) ? error : undefined
  const id = requestIdOf(error)
  return (
    <div className="trouble" role="alert">
      <b>Cannot get {what}</b>
      <p>{failure?.message ?? (error instanceof Error ? error.message : String(error))}</p>
      {failure?.details.map(({ where, message }) => (
        <p key={where + message} className="sub">
          {where}: {message}
        </p>
      ))}
      {failure?.hint === undefined ? null : <p className="sub">{failure.hint}</p>}
      <p className="sub">
        {old ? 'What you see is the last answer. ' : ''}
        {stillWorks ?? 'The other pages work on.'}
        {id === undefined ? '' : ` Request ${id}.`}
      </p>
      {children === undefined ? null : (
        <div className="row" style={{ marginTop: 8 }}>
          {children}
        </div>
      )}
    </div>
  )
}
