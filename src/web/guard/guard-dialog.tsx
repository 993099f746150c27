import { Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { type ReactNode, useId, useState } from 'react'
import { type Confirmation, type GuardedTarget, guardOf, unconfirmed } from '../../api/index.ts'
import { Trouble } from '../ui/answer.tsx'
import { Band, type Marked } from '../ui/identity.tsx'
import { counted } from '../ui/value.tsx'
import { useWriteKey } from './write-key.ts'

export type GuardTarget = GuardedTarget & Marked

interface GuardDialogProps {
  readonly title: string
  /** What the button does, as in "Heal 2 fields". */
  readonly verb: string
  /** The clusters that are written to; none for what only stops writes. */
  readonly targets: readonly GuardTarget[]
  /** False until the preview stands: nothing is sent before it was shown. */
  readonly ready: boolean
  /** What has to come before; the preview without it. */
  readonly waitsFor?: string
  /** Asks for a reason, whatever the tier. */
  readonly reason?: boolean
  readonly children: ReactNode
  /** Sends the write; its answer is shown when it succeeded. */
  readonly onConfirm: (given: Confirmation, key: string) => Promise<ReactNode>
  readonly onClose: () => void
}

/**
 * The guard of every write (ux §7): the preview first; then one click for sandboxes, a confirmation for standard clusters,
 * and the typed name, or the typed number of clusters, with a reason for protected ones. What was typed stays when the hub
 * refuses.
 */
export function GuardDialog(props: GuardDialogProps) {
  const { title, verb, targets, ready, children, onConfirm, onClose } = props
  const guard = guardOf(targets)
  const needsReason = guard.needsReason || props.reason === true
  const [yes, setYes] = useState(false)
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState<ReactNode>()
  const key = useWriteKey()
  const given: Confirmation = {
    ...(guard.typed === undefined
      ? { yes: guard.tier === 'sandbox' || targets.length === 0 || yes }
      : { confirm: typed }),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  }
  const lacking = targets.length === 0 ? undefined : unconfirmed(guard, given)
  const mayGo = ready && !busy && lacking === undefined && (!needsReason || reason.trim() !== '')
  const send = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      setDone(await onConfirm(given, key.current))
    } catch (failure) {
      setError(failure)
      // A refused write is another one when it is sent again.
      key.next()
    } finally {
      setBusy(false)
    }
  }
  const mark = targets[0]
  return (
    <Modal
      className="dialog"
      variant="medium"
      isOpen
      onClose={onClose}
      aria-label={title}
      disableFocusTrap={false}
    >
      {mark === undefined ? null : <Band {...mark} tier={guard.tier} />}
      <ModalHeader title={title} />
      <ModalBody tabIndex={0}>
        {done === undefined ? (
          <>
            {children}
            {guard.tier === 'standard' && targets.length > 0 ? (
              <label className="row" style={{ marginTop: 16 }}>
                <input type="checkbox" checked={yes} onChange={(event) => setYes(event.target.checked)} />
                Yes, write to {counted(targets.length, 'cluster')}
              </label>
            ) : null}
            <Questions
              typedText={guard.typed}
              needsReason={needsReason}
              typed={typed}
              onTyped={setTyped}
              reason={reason}
              onReason={setReason}
            />
            {error === undefined ? null : (
              <Trouble
                error={error}
                what={`this done: ${verb}`}
                stillWorks="Nothing was lost: mend it and try again."
              />
            )}
          </>
        ) : (
          <div role="status">{done}</div>
        )}
      </ModalBody>
      <ModalFooter>
        {done === undefined ? (
          <button type="button" className="button primary" disabled={!mayGo} onClick={() => void send()}>
            {busy ? `${verb} …` : verb}
          </button>
        ) : null}
        <button type="button" className="button" onClick={onClose}>
          {done === undefined ? 'Cancel' : 'Close'}
        </button>
        {done === undefined && !ready ? (
          <span className="sub">waits for {props.waitsFor ?? 'the preview'}</span>
        ) : null}
      </ModalFooter>
    </Modal>
  )
}

interface QuestionsProps {
  readonly typedText: string | undefined
  readonly needsReason: boolean
  readonly typed: string
  readonly onTyped: (text: string) => void
  readonly reason: string
  readonly onReason: (text: string) => void
}

function Questions({ typedText, needsReason, typed, onTyped, reason, onReason }: QuestionsProps) {
  const id = useId()
  return (
    <>
      {typedText === undefined ? null : (
        <div className="ask">
          <label htmlFor={`${id}-typed`}>
            Type <code>{typedText}</code> to confirm
          </label>
          <input
            id={`${id}-typed`}
            className="mono"
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onTyped(event.target.value)}
          />
        </div>
      )}
      {needsReason ? (
        <div className="ask">
          <label htmlFor={`${id}-reason`}>Reason, for the record</label>
          <input
            id={`${id}-reason`}
            value={reason}
            maxLength={1000}
            placeholder="for example INC-4411: back to what Git says"
            onChange={(event) => onReason(event.target.value)}
          />
        </div>
      ) : null}
    </>
  )
}
