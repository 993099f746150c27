import { MergeView } from '@codemirror/merge'
import { yaml } from '@codemirror/lang-yaml'
import { EditorState } from '@codemirror/state'
import { EditorView, lineNumbers } from '@codemirror/view'
import { dump } from 'js-yaml'
import { useEffect, useMemo, useRef } from 'react'
import type { DriftView, RenderedManifest } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { Answer } from '../../ui/answer.tsx'
import { withLiveValues } from './with-live-values.ts'

interface YamlDiffProps {
  readonly cluster: string
  readonly bundle: string
  readonly object: DriftView['object']
  readonly fields: readonly DriftView[]
  /** What the rendering is made from; another one is asked for when it changes. */
  readonly from: string | undefined
}

/** Characters that are written as YAML, and compared, without anybody noticing. */
const most = 500_000

/** What Git's rendering says beside the same with the recorded live values; equal parts are folded. */
export default function YamlDiff({ cluster, bundle, object, fields, from }: YamlDiffProps) {
  const manifest = useAnswer('manifest', { params: { cluster, bundle }, query: object }, { from })
  return (
    <Answer of={manifest} what="the rendering of this object" stillWorks="The fields above are complete.">
      {(view) => (
        <>
          <div className="section-head">
            <h2>YAML</h2>
            <span className="sub">
              left: Git at {view.revision.slice(0, 7)}, {view.origin.file}:{view.origin.line} · right: with
              the live values on record
            </span>
          </div>
          <MergeOrSize manifest={view.manifest} fields={fields} />
        </>
      )}
    </Answer>
  )
}

interface MergeProps {
  readonly manifest: RenderedManifest['manifest']
  readonly fields: readonly DriftView[]
}

function MergeOrSize(props: MergeProps) {
  const size = useMemo(() => JSON.stringify(props.manifest).length, [props.manifest])
  if (size <= most) return <Merge {...props} />
  return (
    <p className="sub">
      {(size / 1_000_000).toFixed(1)} MB are more than this page compares. The fields above are complete; the
      file that declares them has the rest.
    </p>
  )
}

function Merge({ manifest, fields }: MergeProps) {
  const place = useRef<HTMLDivElement>(null)
  const desired = useMemo(() => dump(manifest), [manifest])
  const { right, unplaced } = useMemo(() => {
    const { live, unplaced: left } = withLiveValues(manifest, fields)
    return { right: dump(live), unplaced: left }
  }, [manifest, fields])
  useEffect(() => {
    if (place.current === null) return
    // The editor brings styles of its own. In a root of its own they need no leave to stand inline (the hub allows none).
    const root = place.current.shadowRoot ?? place.current.attachShadow({ mode: 'open' })
    const extensions = [
      EditorView.editable.of(false),
      EditorState.readOnly.of(true),
      lineNumbers(),
      yaml(),
      EditorView.lineWrapping,
      look,
    ]
    const view = new MergeView({
      a: { doc: desired, extensions: [...extensions, named('As Git declares it')] },
      b: { doc: right, extensions: [...extensions, named('With the live values')] },
      parent: root,
      root,
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: true,
    })
    return () => view.destroy()
  }, [desired, right])
  return (
    <>
      <div ref={place} className="merge" />
      {unplaced.length === 0 ? null : (
        <p className="sub">
          Not shown beside: {unplaced.slice(0, 20).join(', ')}
          {unplaced.length > 20 ? ` and ${unplaced.length - 20} more` : ''}, whose live value is secret,
          structured or of the whole object.
        </p>
      )}
    </>
  )
}

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--ek-bg)', color: 'var(--ek-tx)', fontSize: '13px' },
  '.cm-content': { fontFamily: 'var(--ek-mono)' },
  '.cm-gutters': { backgroundColor: 'var(--ek-bg2)', color: 'var(--ek-tx2)', borderColor: 'var(--ek-line)' },
  '&.cm-merge-a .cm-changedLine, &.cm-merge-a .cm-changedText': { background: 'var(--ek-del)' },
  '&.cm-merge-b .cm-changedLine, &.cm-merge-b .cm-changedText': { background: 'var(--ek-add)' },
  '.cm-collapsedLines:before': { content: '"…"' },
  '.cm-collapsedLines:after': { content: '"…"' },
  '.cm-collapsedLines': {
    background: 'var(--ek-bg2)',
    color: 'var(--ek-tx2)',
    padding: '2px 8px',
  },
})

/** What is said of a side to those who do not see it. */
function named(label: string) {
  return EditorView.contentAttributes.of({ 'aria-label': label })
}
