import './drift.css'
import type { PageProps } from '../../shell/pages.ts'
import { CausePage } from './cause-page.tsx'
import { DriftInbox } from './drift-inbox.tsx'

/** What differs from Git, who did it, and what should happen? The inbox, or one cause. */
export default function DriftPage({ parts: [cause] }: PageProps) {
  return cause === undefined ? <DriftInbox /> : <CausePage id={cause} />
}
