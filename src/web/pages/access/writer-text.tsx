import type { RecordedChangesView } from '../../../api/index.ts'
import { Age } from '../../ui/age.tsx'

type Written = Pick<RecordedChangesView['items'][number], 'writer' | 'sure' | 'when' | 'whenIsBound'>

/** The tool, the person where audit names one, how sure it is, and when. */
export function WriterText({ of }: { readonly of: Written }) {
  const { writer, sure, when, whenIsBound } = of
  return (
    <span>
      {writer.person === undefined ? null : (
        <>
          <b dir="auto">{writer.person}</b> with{' '}
        </>
      )}
      <span dir="auto">{writer.manager ?? 'a writer that left no trace'}</span>{' '}
      <span className="sub">
        {sure}, {whenIsBound ? '≥ ' : ''}
        <Age at={when} /> ago
      </span>
    </span>
  )
}
