import { type ReactNode, useEffect, useState } from 'react'

interface CopyButtonProps {
  readonly className?: string
  /** What is copied, as of when the button is pressed. */
  readonly text: () => string
  readonly children: string
  readonly icon?: ReactNode
}

/** Puts a text onto the clipboard, and says for a moment that it did. */
export function CopyButton({ className = 'button small-button', text, children, icon }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <button
      type="button"
      className={className}
      onClick={() => void navigator.clipboard?.writeText(text()).then(() => setCopied(true))}
    >
      {icon}
      <span aria-live="polite">{copied ? 'Copied' : children}</span>
    </button>
  )
}
