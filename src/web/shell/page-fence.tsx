import { Component, type ReactNode } from 'react'

/** Keeps a fault of one page inside it: the frame and the other pages work on. */
export class PageFence extends Component<
  { readonly children: ReactNode },
  { readonly error: Error | undefined }
> {
  override state: { readonly error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <div className="page">
        <div className="trouble" role="alert">
          <b>This page failed</b>
          <p>{error.message}</p>
          <p className="sub">
            That is a bug of Evenkeel, or its files were renewed while the page was open. The other pages work
            on.
          </p>
          <button type="button" className="button small-button" onClick={() => location.reload()}>
            Load it again
          </button>
        </div>
      </div>
    )
  }
}
