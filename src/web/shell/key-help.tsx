import { Modal, ModalBody, ModalHeader } from '@patternfly/react-core'
import { stateName, stateWords } from '../../core/state/index.ts'
import { Glyph } from '../ui/glyph.tsx'
import { goKeys } from './global-keys.ts'

const meanings = {
  unreachable: 'not seen in time, or nothing is known: it never keeps its last colour',
  failed: 'something that should run does not, or an apply was refused',
  drifted: 'live differs from Git, or a declared object is gone',
  'in-progress': 'being applied, starting or ending',
  leased: 'drift is allowed until a stated time',
  pending: 'a newer revision waits, with its reason; counted among those in sync',
  'in-sync': 'current, and nothing differs',
} as const

/** The keys and what the shapes mean. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal className="dialog" variant="small" isOpen onClose={onClose} aria-label="Keys and shapes">
      <ModalHeader title="Keys and shapes" />
      <ModalBody tabIndex={0}>
        <dl className="facts">
          <dt>
            <kbd>/</kbd> <kbd>⌘K</kbd>
          </dt>
          <dd>search and go anywhere</dd>
          <dd />
          <dt>
            <kbd>g</kbd> then{' '}
            {Object.keys(goKeys).map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>
            {Object.values(goKeys)
              .map(([, text]) => text)
              .join(', ')}
          </dd>
          <dd />
          <dt>arrows</dt>
          <dd>from cluster to cluster on the map; with shift they select</dd>
          <dd />
          <dt>
            <kbd>Enter</kbd> <kbd>Space</kbd>
          </dt>
          <dd>opens the cluster; shows it at the side</dd>
          <dd />
          <dt>
            <kbd>x</kbd>
          </dt>
          <dd>selects</dd>
          <dd />
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>closes what is open. No key writes to a cluster.</dd>
          <dd />
        </dl>
        <div className="section-head">
          <h2>Shapes</h2>
        </div>
        <ul>
          {stateWords.map((state) => (
            <li key={state} className="row" style={{ padding: '3px 0', alignItems: 'baseline' }}>
              <Glyph state={state} />
              <span>
                <b>{stateName(state)}</b> <span className="sub">{meanings[state]}</span>
              </span>
            </li>
          ))}
        </ul>
      </ModalBody>
    </Modal>
  )
}
