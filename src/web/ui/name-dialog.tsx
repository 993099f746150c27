import { Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { useId, useState } from 'react'

const longest = 60

/** Asks for the name of something; Enter saves it, Escape leaves everything as it was. */
export function NameDialog(props: {
  readonly title: string
  readonly taken: readonly string[]
  readonly onName: (name: string) => void
  readonly onClose: () => void
}) {
  const { title, taken, onName, onClose } = props
  const [text, setText] = useState('')
  const id = useId()
  const name = text.trim()
  return (
    <Modal className="dialog" variant="small" isOpen onClose={onClose} aria-label={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (name !== '') onName(name)
        }}
      >
        <ModalHeader title={title} />
        <ModalBody>
          <div className="ask">
            <label htmlFor={id}>Name</label>
            <input
              id={id}
              value={text}
              maxLength={longest}
              // The dialog is this one question.
              ref={(input) => input?.focus()}
              onChange={(event) => setText(event.target.value)}
            />
          </div>
          <p className="sub" aria-live="polite">
            {taken.includes(name)
              ? 'A view of this name is there: it is replaced.'
              : 'Kept in this browser only.'}
          </p>
        </ModalBody>
        <ModalFooter>
          <button type="submit" className="button primary" disabled={name === ''}>
            Save
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </ModalFooter>
      </form>
    </Modal>
  )
}
