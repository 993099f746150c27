import type { ReactNode } from 'react'

/** Nothing to show, with the reason why, and at most one thing to do about it. */
export function Empty({
  title,
  children,
  action,
}: {
  readonly title: string
  readonly children: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {action === undefined ? null : <div style={{ marginTop: 16 }}>{action}</div>}
    </div>
  )
}
